internal import CEventStoreMessages

/// The answer to ``SubscribeToStream`` and ``FilteredSubscribe``: every event after these positions will be pushed.
package struct SubscriptionConfirmation: Hashable {
    package var lastCommitPosition: Int64
    /// -1 for a stream that does not exist, the largest number for a deleted one. Missing for `$all`, which newer
    /// servers cannot tell from 0.
    package var lastEventNumber: Int64?

    package init(lastCommitPosition: Int64, lastEventNumber: Int64?) {
        self.lastCommitPosition = lastCommitPosition
        self.lastEventNumber = lastEventNumber
    }
}

extension SubscriptionConfirmation: ProtobufMessage {
    static let initialize = es__subscription_confirmation__init

    init(_ message: borrowing Es__SubscriptionConfirmation) {
        self.lastCommitPosition = message.last_commit_position
        self.lastEventNumber = field(message.has_last_event_number, message.last_event_number)
    }

    func fill(_ message: inout Es__SubscriptionConfirmation, _ arena: inout ProtobufArena) {
        set(&message.has_last_commit_position, &message.last_commit_position, to: self.lastCommitPosition)
        set(&message.has_last_event_number, &message.last_event_number, to: self.lastEventNumber)
    }
}
