internal import CEventStoreMessages

/// The answer to ``ReadStreamEvents``.
package struct ReadStreamEventsCompleted: Sendable {
    /// Any number is representable: servers may send newer ones.
    package struct Result: WireCode {
        package let rawValue: UInt32

        package init(rawValue: UInt32) { self.rawValue = rawValue }

        package static let success = Result(rawValue: 0)
        package static let noStream = Result(rawValue: 1)
        package static let streamDeleted = Result(rawValue: 2)
        /// Only over HTTP.
        package static let notModified = Result(rawValue: 3)
        package static let error = Result(rawValue: 4)
        package static let accessDenied = Result(rawValue: 5)
    }

    package var result: Result
    package var events: [ResolvedRecord]
    /// Where to go on reading; -1 when there is nothing more.
    package var nextEventNumber: Int64
    /// -1 when there are none, `Int64.max` for a tombstone.
    package var lastEventNumber: Int64
    package var isEndOfStream: Bool
    package var lastCommitPosition: Int64
    package var error: String?

    package init(
        result: Result,
        events: [ResolvedRecord] = [],
        nextEventNumber: Int64 = -1,
        lastEventNumber: Int64 = -1,
        isEndOfStream: Bool = true,
        lastCommitPosition: Int64,
        error: String? = ""
    ) {
        self.result = result
        self.events = events
        self.nextEventNumber = nextEventNumber
        self.lastEventNumber = lastEventNumber
        self.isEndOfStream = isEndOfStream
        self.lastCommitPosition = lastCommitPosition
        self.error = error
    }
}

extension ReadStreamEventsCompleted: ProtobufMessage {
    static let initialize = es__read_stream_events_completed__init

    init(_ message: borrowing Es__ReadStreamEventsCompleted) throws(MalformedMessage) {
        try Self.check(elements: message.n_events)
        self.result = Result(message.result)
        self.nextEventNumber = message.next_event_number
        self.lastEventNumber = message.last_event_number
        self.isEndOfStream = Bool(message.is_end_of_stream)
        self.lastCommitPosition = message.last_commit_position
        self.error = field(message.has_error, message.error)?.text
        self.events = try ResolvedRecord.page(message.n_events, at: message.events)
    }

    func fill(_ message: inout Es__ReadStreamEventsCompleted, _ arena: inout ProtobufArena) {
        message.n_events = self.events.count
        message.events = arena.messages(self.events)
        set(&message.has_result, &message.result, to: self.result.cValue())
        set(&message.has_next_event_number, &message.next_event_number, to: self.nextEventNumber)
        set(&message.has_last_event_number, &message.last_event_number, to: self.lastEventNumber)
        set(&message.has_is_end_of_stream, &message.is_end_of_stream, to: self.isEndOfStream.cValue)
        set(&message.has_last_commit_position, &message.last_commit_position, to: self.lastCommitPosition)
        set(&message.has_error, &message.error, to: self.error.map { arena.copy($0) })
    }
}
