/// The events of a subscription, as ``Subscription/events`` gives them.
public struct SubscriptionEvents<Place: Comparable & Hashable & Sendable>: AsyncSequence, Sendable {
    /// An event, found by itself or through a link.
    public typealias Element = ResolvedEvent

    let messages: SubscriptionMessages<Place>

    /// The only iterator there is: those that are made later throw ``PhotonPumpError/Code/invalidArgument``.
    public func makeAsyncIterator() -> Iterator {
        Iterator(items: FollowIterator(self.messages.follower))
    }

    /// Goes through the events; when it is gone, so is the subscription.
    public struct Iterator: AsyncIteratorProtocol {
        var items: FollowIterator

        /// The next event; nil when the subscription was stopped.
        ///
        /// - Throws: as ``Subscription/events``. After an error the iteration is over.
        public mutating func next() async throws -> ResolvedEvent? {
            try await self.next(isolation: nil)
        }

        /// The next event; nil when the subscription was stopped.
        ///
        /// - Throws: as ``next()``.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws -> ResolvedEvent? {
            try await self.items.nextEvent(isolation: actor)
        }
    }
}

@available(*, unavailable)
extension SubscriptionEvents.Iterator: Sendable {}
