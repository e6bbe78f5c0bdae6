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
    static let initialize = es__delete_persistent_subscription__init

    init(_ message: borrowing Es__DeletePersistentSubscription) throws(MalformedMessage) {
        self.stream = try Self.text("event_stream_id", message.has_event_stream_id, message.event_stream_id)
        self.group = try Self.text(
            "subscription_group_name", message.has_subscription_group_name, message.subscription_group_name)
    }

    func fill(_ message: inout Es__DeletePersistentSubscription, _ arena: inout ProtobufArena) {
        set(&message.has_subscription_group_name, &message.subscription_group_name, to: arena.copy(self.group))
        set(&message.has_event_stream_id, &message.event_stream_id, to: arena.copy(self.stream))
    }
}
