/// The events of a subscription, from ``Subscription/events``.
public struct SubscriptionEvents<Place: Comparable & Hashable & Sendable>: AsyncSequence, Sendable {
    /// An event, found directly or through a link.
    public typealias Element = ResolvedEvent

    let messages: SubscriptionMessages<Place>

    /// The only iterator; iterators created later throw ``PhotonPumpError/Code/invalidArgument``.
    public func makeAsyncIterator() -> Iterator {
        Iterator(items: CatchUpIterator(self.messages.catchUp))
    }

    /// Iterates over the events; deallocating it ends the subscription.
    public struct Iterator: AsyncIteratorProtocol {
        var items: CatchUpIterator

        /// The next event; nil after the subscription was stopped.
        ///
        /// - Throws: as ``Subscription/events``. An error ends the iteration.
        public mutating func next() async throws -> ResolvedEvent? {
            try await self.next(isolation: nil)
        }

        /// The next event; nil after the subscription was stopped.
        ///
        /// - Throws: as ``next()``.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws -> ResolvedEvent? {
            if let event = self.items.eventAtHand() { return event }
            return try await self.items.nextEvent(isolation: actor)
        }
    }
}

@available(*, unavailable)
extension SubscriptionEvents.Iterator: Sendable {}
