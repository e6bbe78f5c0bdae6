internal import CEventStoreMessages

/// Makes the connection a consumer of a persistent subscription.
package struct ConnectToPersistentSubscription: Hashable {
    package var stream: String
    /// Its name alone, although the protocol calls it `subscription_id`.
    package var group: String
    /// How many events the server pushes ahead of what has been acknowledged.
    package var allowedInFlight: Int32

    package init(stream: String, group: String, allowedInFlight: Int32) {
        self.stream = stream
        self.group = group
        self.allowedInFlight = allowedInFlight
    }
}

extension ConnectToPersistentSubscription: ProtobufMessage {
    static let initialize = es__connect_to_persistent_subscription__init

    init(_ message: borrowing Es__ConnectToPersistentSubscription) throws(MalformedMessage) {
        self.stream = try Self.text("event_stream_id", message.has_event_stream_id, message.event_stream_id)
        self.group = try Self.text("subscription_id", message.has_subscription_id, message.subscription_id)
        self.allowedInFlight = message.allowed_in_flight_messages
    }

    func fill(_ message: inout Es__ConnectToPersistentSubscription, _ arena: inout ProtobufArena) {
        set(&message.has_subscription_id, &message.subscription_id, to: arena.copy(self.group))
        set(&message.has_event_stream_id, &message.event_stream_id, to: arena.copy(self.stream))
        set(&message.has_allowed_in_flight_messages, &message.allowed_in_flight_messages, to: self.allowedInFlight)
    }
}
