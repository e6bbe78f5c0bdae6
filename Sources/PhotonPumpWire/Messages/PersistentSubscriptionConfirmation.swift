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
    static var codec: ProtobufCodec<Es__PersistentSubscriptionConfirmation> {
        .init(
            "PersistentSubscriptionConfirmation",
            es__persistent_subscription_confirmation__init,
            es__persistent_subscription_confirmation__unpack
        )
    }

    init(_ message: borrowing Es__PersistentSubscriptionConfirmation) throws(MalformedMessage) {
        guard message.has_subscription_id != 0 else {
            throw MalformedMessage("PersistentSubscriptionConfirmation", "subscription_id is missing")
        }
        self.lastCommitPosition = message.last_commit_position
        self.subscriptionID = message.subscription_id.text
        self.lastEventNumber = field(message.has_last_event_number, message.last_event_number)
    }

    func fill(_ message: inout Es__PersistentSubscriptionConfirmation, _ arena: inout ProtobufArena) {
        set(&message.has_last_commit_position, &message.last_commit_position, to: self.lastCommitPosition)
        set(&message.has_subscription_id, &message.subscription_id, to: arena.copy(self.subscriptionID))
        set(&message.has_last_event_number, &message.last_event_number, to: self.lastEventNumber)
    }
}
