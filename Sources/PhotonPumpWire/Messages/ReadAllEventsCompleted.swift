internal import CEventStoreMessages

/// The answer to ``ReadAllEvents``.
package struct ReadAllEventsCompleted: Sendable {
    /// Any number is representable: servers may send newer ones.
    package struct Result: WireCode {
        package let rawValue: UInt32

        package init(rawValue: UInt32) { self.rawValue = rawValue }

        package static let success = Result(rawValue: 0)
        /// Only over HTTP.
        package static let notModified = Result(rawValue: 1)
        package static let error = Result(rawValue: 2)
        package static let accessDenied = Result(rawValue: 3)
    }

    /// Where the reading began.
    package var commitPosition: Int64
    package var preparePosition: Int64
    /// None means the end, and nothing else does.
    package var events: [PositionedRecord]
    /// Where to go on.
    package var nextCommitPosition: Int64
    package var nextPreparePosition: Int64
    /// Missing means success.
    package var result: Result?
    package var error: String?

    package init(
        commitPosition: Int64,
        preparePosition: Int64,
        events: [PositionedRecord] = [],
        nextCommitPosition: Int64 = -1,
        nextPreparePosition: Int64 = -1,
        result: Result? = nil,
        error: String? = nil
    ) {
        self.commitPosition = commitPosition
        self.preparePosition = preparePosition
        self.events = events
        self.nextCommitPosition = nextCommitPosition
        self.nextPreparePosition = nextPreparePosition
        self.result = result
        self.error = error
    }
}

extension ReadAllEventsCompleted: ProtobufMessage {
    static let initialize = es__read_all_events_completed__init

    init(_ message: borrowing Es__ReadAllEventsCompleted) throws(MalformedMessage) {
        try Self.check(elements: message.n_events)
        self.commitPosition = message.commit_position
        self.preparePosition = message.prepare_position
        self.nextCommitPosition = message.next_commit_position
        self.nextPreparePosition = message.next_prepare_position
        self.result = field(message.has_result, message.result).map { Result($0) }
        self.error = field(message.has_error, message.error)?.text
        self.events = try PositionedRecord.page(message.n_events, at: message.events)
    }

    func fill(_ message: inout Es__ReadAllEventsCompleted, _ arena: inout ProtobufArena) {
        set(&message.has_commit_position, &message.commit_position, to: self.commitPosition)
        set(&message.has_prepare_position, &message.prepare_position, to: self.preparePosition)
        message.n_events = self.events.count
        message.events = arena.messages(self.events)
        set(&message.has_next_commit_position, &message.next_commit_position, to: self.nextCommitPosition)
        set(&message.has_next_prepare_position, &message.next_prepare_position, to: self.nextPreparePosition)
        set(&message.has_result, &message.result, to: self.result?.cValue())
        set(&message.has_error, &message.error, to: self.error.map { arena.copy($0) })
    }
}
