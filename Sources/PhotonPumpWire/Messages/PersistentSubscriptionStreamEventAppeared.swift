internal import CEventStoreMessages

/// An event for a consumer of a persistent subscription.
package struct PersistentSubscriptionStreamEventAppeared: Sendable {
    package var event: ResolvedRecord
    /// How often it was delivered before, as far as the server counts; missing from servers before 4.1.
    package var retryCount: Int32?

    package init(event: ResolvedRecord, retryCount: Int32?) {
        self.event = event
        self.retryCount = retryCount
    }
}

extension PersistentSubscriptionStreamEventAppeared: ProtobufMessage {
    static let initialize = es__persistent_subscription_stream_event_appeared__init

    init(_ message: borrowing Es__PersistentSubscriptionStreamEventAppeared) throws(MalformedMessage) {
        self.event = try ResolvedRecord(Self.required("event", message.event).pointee)
        self.retryCount = field(message.has_retrycount, message.retrycount)
    }

    func fill(_ message: inout Es__PersistentSubscriptionStreamEventAppeared, _ arena: inout ProtobufArena) {
        message.event = arena.message(self.event)
        set(&message.has_retrycount, &message.retrycount, to: self.retryCount)
    }
}
