internal import CEventStoreMessages

/// Tells the server that events could not be dealt with, and what to do about it. There is no answer.
package struct PersistentSubscriptionNakEvents: Hashable {
    /// Any number is representable: clients may send newer ones.
    package struct Action: WireCode {
        package let rawValue: UInt32

        package init(rawValue: UInt32) { self.rawValue = rawValue }

        /// The server decides.
        package static let unknown = Action(rawValue: 0)
        package static let park = Action(rawValue: 1)
        package static let retry = Action(rawValue: 2)
        package static let skip = Action(rawValue: 3)
        package static let stop = Action(rawValue: 4)
    }

    /// As ``PersistentSubscriptionConfirmation/subscriptionID`` has it.
    package var subscriptionID: String
    /// Of the links, where events were found through links.
    package var eventIDs: [GUID]
    package var message: String?
    package var action: Action

    package init(subscriptionID: String, eventIDs: [GUID], message: String?, action: Action) {
        self.subscriptionID = subscriptionID
        self.eventIDs = eventIDs
        self.message = message
        self.action = action
    }
}

extension PersistentSubscriptionNakEvents: ProtobufMessage {
    static let initialize = es__persistent_subscription_nak_events__init

    /// Only the frame limits it.
    static var mostElements: Int? { nil }

    init(_ message: borrowing Es__PersistentSubscriptionNakEvents) throws(MalformedMessage) {
        self.subscriptionID = try Self.text("subscription_id", message.has_subscription_id, message.subscription_id)
        self.eventIDs = try Self.guids(message.n_processed_event_ids, at: message.processed_event_ids)
        self.message = field(message.has_message, message.message)?.text
        self.action = Action(message.action)
    }

    func fill(_ message: inout Es__PersistentSubscriptionNakEvents, _ arena: inout ProtobufArena) {
        set(&message.has_subscription_id, &message.subscription_id, to: arena.copy(self.subscriptionID))
        message.n_processed_event_ids = self.eventIDs.count
        message.processed_event_ids = arena.guids(self.eventIDs)
        set(&message.has_message, &message.message, to: self.message.map { arena.copy($0) })
        set(&message.has_action, &message.action, to: self.action.cValue())
    }
}
