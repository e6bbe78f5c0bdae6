internal import CEventStoreMessages

/// The end of a subscription, volatile or persistent, or the refusal to begin it.
package struct SubscriptionDropped: Hashable {
    /// Any number is representable: servers may send newer ones.
    package struct Reason: WireCode {
        package let rawValue: UInt32

        package init(rawValue: UInt32) { self.rawValue = rawValue }

        package static let unsubscribed = Reason(rawValue: 0)
        package static let accessDenied = Reason(rawValue: 1)
        package static let notFound = Reason(rawValue: 2)
        package static let persistentSubscriptionDeleted = Reason(rawValue: 3)
        package static let subscriberMaxCountReached = Reason(rawValue: 4)
    }

    package var reason: Reason

    package init(reason: Reason) {
        self.reason = reason
    }
}

extension SubscriptionDropped: ProtobufMessage {
    static let initialize = es__subscription_dropped__init

    init(_ message: borrowing Es__SubscriptionDropped) {
        self.reason = Reason(message.reason)
    }

    func fill(_ message: inout Es__SubscriptionDropped, _ arena: inout ProtobufArena) {
        // Servers leave the default out.
        guard self.reason != .unsubscribed else { return }
        set(&message.has_reason, &message.reason, to: self.reason.cValue())
    }
}
