internal import PhotonPumpWire

/// A client's connection, by the number of the node and its number there.
struct ClientID: Hashable {
    let node: Int
    let connection: Int
}

/// A client's subscription, volatile or persistent: its events carry this correlation id.
struct Subscriber: Hashable {
    let client: ClientID
    let correlation: GUID
}

/// Something for a subscriber that does not answer a request of its own.
struct Delivery {
    let subscriber: Subscriber
    let content: Answer

    /// Whether it is an event.
    var isEvent: Bool {
        self.content.command == .streamEventAppeared
            || self.content.command == .persistentSubscriptionStreamEventAppeared
    }

    static func dropped(_ subscriber: Subscriber, _ reason: SubscriptionDropped.Reason = .unsubscribed) -> Delivery {
        Delivery(subscriber: subscriber, content: .dropped(reason))
    }
}

extension Answer {
    static func dropped(_ reason: SubscriptionDropped.Reason) -> Answer {
        .message(SubscriptionDropped(reason: reason), .subscriptionDropped)
    }
}
