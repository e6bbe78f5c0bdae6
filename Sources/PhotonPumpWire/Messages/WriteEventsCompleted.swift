internal import CEventStoreMessages

/// The answer to ``WriteEvents``.
package struct WriteEventsCompleted: Hashable {
    /// What servers put into numbers and the prepare position of a failure.
    package static let failureFiller = Int64(Int32.min)

    package var result: OperationResult
    package var message: String?
    package var firstEventNumber: Int64
    package var lastEventNumber: Int64
    /// -1 for a write that repeats an earlier one.
    package var preparePosition: Int64?
    package var commitPosition: Int64?
    /// The stream's last event number; only ``OperationResult/wrongExpectedVersion`` makes it mean that.
    package var currentVersion: Int64?

    package init(
        result: OperationResult,
        message: String? = nil,
        firstEventNumber: Int64 = Self.failureFiller,
        lastEventNumber: Int64 = Self.failureFiller,
        preparePosition: Int64? = Self.failureFiller,
        commitPosition: Int64? = 0,
        currentVersion: Int64? = -1
    ) {
        self.result = result
        self.message = message
        self.firstEventNumber = firstEventNumber
        self.lastEventNumber = lastEventNumber
        self.preparePosition = preparePosition
        self.commitPosition = commitPosition
        self.currentVersion = currentVersion
    }
}

extension WriteEventsCompleted: ProtobufMessage {
    static let initialize = es__write_events_completed__init

    init(_ message: borrowing Es__WriteEventsCompleted) {
        self.result = OperationResult(message.result)
        self.message = field(message.has_message, message.message)?.text
        self.firstEventNumber = message.first_event_number
        self.lastEventNumber = message.last_event_number
        self.preparePosition = field(message.has_prepare_position, message.prepare_position)
        self.commitPosition = field(message.has_commit_position, message.commit_position)
        self.currentVersion = field(message.has_current_version, message.current_version)
    }

    func fill(_ message: inout Es__WriteEventsCompleted, _ arena: inout ProtobufArena) {
        set(&message.has_result, &message.result, to: self.result.cValue())
        set(&message.has_message, &message.message, to: self.message.map { arena.copy($0) })
        set(&message.has_first_event_number, &message.first_event_number, to: self.firstEventNumber)
        set(&message.has_last_event_number, &message.last_event_number, to: self.lastEventNumber)
        set(&message.has_prepare_position, &message.prepare_position, to: self.preparePosition)
        set(&message.has_commit_position, &message.commit_position, to: self.commitPosition)
        set(&message.has_current_version, &message.current_version, to: self.currentVersion)
    }
}
