internal import CEventStoreMessages

/// Deletes a persistent subscription, with its checkpoint and its parked events.
package struct DeletePersistentSubscription: Hashable {
    package var stream: String
    package var group: String

    package init(stream: String, group: String) {
        self.stream = stream
        self.group = group
    }
}

extension DeletePersistentSubscription: ProtobufMessage {
    static var codec: ProtobufCodec<Es__DeletePersistentSubscription> {
        .init(
            "DeletePersistentSubscription",
            es__delete_persistent_subscription__init,
            es__delete_persistent_subscription__unpack
        )
    }

    init(_ message: borrowing Es__DeletePersistentSubscription) throws(MalformedMessage) {
        guard message.has_event_stream_id != 0 else {
            throw MalformedMessage("DeletePersistentSubscription", "event_stream_id is missing")
        }
        guard message.has_subscription_group_name != 0 else {
            throw MalformedMessage("DeletePersistentSubscription", "subscription_group_name is missing")
        }
        self.stream = message.event_stream_id.text
        self.group = message.subscription_group_name.text
    }

    func fill(_ message: inout Es__DeletePersistentSubscription, _ arena: inout ProtobufArena) {
        set(&message.has_subscription_group_name, &message.subscription_group_name, to: arena.copy(self.group))
        set(&message.has_event_stream_id, &message.event_stream_id, to: arena.copy(self.stream))
    }
}
