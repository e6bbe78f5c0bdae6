internal import CEventStoreMessages

/// The answer to ``ConnectToPersistentSubscription``.
package struct PersistentSubscriptionConfirmation: Hashable {
    package var lastCommitPosition: Int64
    /// What acknowledgements must carry: the stream, two colons, the group.
    package var subscriptionID: String
    package var lastEventNumber: Int64?

    package init(lastCommitPosition: Int64, subscriptionID: String, lastEventNumber: Int64?) {
        self.lastCommitPosition = lastCommitPosition
        self.subscriptionID = subscriptionID
        self.lastEventNumber = lastEventNumber
    }
}

extension PersistentSubscriptionConfirmation: ProtobufMessage {
    static let initialize = es__persistent_subscription_confirmation__init

    init(_ message: borrowing Es__PersistentSubscriptionConfirmation) throws(MalformedMessage) {
        self.lastCommitPosition = message.last_commit_position
        self.subscriptionID = try Self.text("subscription_id", message.has_subscription_id, message.subscription_id)
        self.lastEventNumber = field(message.has_last_event_number, message.last_event_number)
    }

    func fill(_ message: inout Es__PersistentSubscriptionConfirmation, _ arena: inout ProtobufArena) {
        set(&message.has_last_commit_position, &message.last_commit_position, to: self.lastCommitPosition)
        set(&message.has_subscription_id, &message.subscription_id, to: arena.copy(self.subscriptionID))
        set(&message.has_last_event_number, &message.last_event_number, to: self.lastEventNumber)
    }
}
