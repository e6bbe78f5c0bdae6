import PhotonPump

/// Something that happens to a subscription.
protocol Happening {}

extension Happening {
    /// What it is, without the details.
    var name: String { String("\(self)".prefix { $0.isLetter }) }
}

extension SubscriptionChange: Happening {}
extension PersistentSubscription.Change: Happening {}

extension AsyncStream where Element: Happening {
    /// The next ones up to the first of this name.
    func upTo(_ name: String) async -> [Element] {
        var happenings: [Element] = []
        for await happening in self {
            happenings.append(happening)
            if happening.name == name { break }
        }
        return happenings
    }
}

extension AsyncStream {
    /// The changes of an interruption, from whatever comes before it to the subscription being live again.
    func comeback<Place>() async -> [Element] where Element == SubscriptionChange<Place> {
        await self.upTo("resumed") + self.upTo("live")
    }
}

extension Subscription {
    /// Returns when it is live; takes changes out of `changes` for that, which must be its own.
    func isLive(_ changes: AsyncStream<SubscriptionChange<Place>>) async {
        while self.status.phase != .live {
            for await case .live in changes { break }
        }
    }
}
