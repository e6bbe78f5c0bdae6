internal import CEventStoreMessages

/// The answer to ``FilteredReadAllEvents``.
package struct FilteredReadAllEventsCompleted: Sendable {
    package typealias Result = ReadAllEventsCompleted.Result

    /// Where the reading began.
    package var commitPosition: Int64
    package var preparePosition: Int64
    /// None means only that none of those looked at fits.
    package var events: [PositionedRecord]
    /// Where to go on.
    package var nextCommitPosition: Int64
    package var nextPreparePosition: Int64
    /// Whether there was nothing more to look at.
    package var isEndOfStream: Bool
    /// Missing means success.
    package var result: Result?
    package var error: String?

    package init(
        commitPosition: Int64,
        preparePosition: Int64,
        events: [PositionedRecord] = [],
        nextCommitPosition: Int64 = -1,
        nextPreparePosition: Int64 = -1,
        isEndOfStream: Bool = false,
        result: Result? = nil,
        error: String? = nil
    ) {
        self.commitPosition = commitPosition
        self.preparePosition = preparePosition
        self.events = events
        self.nextCommitPosition = nextCommitPosition
        self.nextPreparePosition = nextPreparePosition
        self.isEndOfStream = isEndOfStream
        self.result = result
        self.error = error
    }
}

extension FilteredReadAllEventsCompleted: ProtobufMessage {
    static let initialize = es__filtered_read_all_events_completed__init

    init(_ message: borrowing Es__FilteredReadAllEventsCompleted) throws(MalformedMessage) {
        try Self.check(elements: message.n_events)
        self.commitPosition = message.commit_position
        self.preparePosition = message.prepare_position
        self.events = try PositionedRecord.page(message.n_events, at: message.events)
        self.nextCommitPosition = message.next_commit_position
        self.nextPreparePosition = message.next_prepare_position
        self.isEndOfStream = Bool(message.is_end_of_stream)
        self.result = field(message.has_result, message.result).map { Result($0) }
        self.error = field(message.has_error, message.error)?.text
    }

    func fill(_ message: inout Es__FilteredReadAllEventsCompleted, _ arena: inout ProtobufArena) {
        set(&message.has_commit_position, &message.commit_position, to: self.commitPosition)
        set(&message.has_prepare_position, &message.prepare_position, to: self.preparePosition)
        message.n_events = self.events.count
        message.events = arena.messages(self.events)
        set(&message.has_next_commit_position, &message.next_commit_position, to: self.nextCommitPosition)
        set(&message.has_next_prepare_position, &message.next_prepare_position, to: self.nextPreparePosition)
        set(&message.has_is_end_of_stream, &message.is_end_of_stream, to: self.isEndOfStream.cValue)
        set(&message.has_result, &message.result, to: self.result?.cValue())
        set(&message.has_error, &message.error, to: self.error.map { arena.copy($0) })
    }
}
