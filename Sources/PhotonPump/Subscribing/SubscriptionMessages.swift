/// What a subscription has to say, in order.
public enum SubscriptionMessage<Place: Hashable & Sendable>: Sendable {
    /// An event.
    case event(ResolvedEvent)
    /// Every event up to here was given, or does not fit the filter. Whoever stores this can subscribe from there later.
    /// It comes with filters, and first of all from ``SubscriptionStart/end``, to tell where that was. Besides, each event
    /// is a checkpoint, `.after` its place.
    case checkpoint(SubscriptionStart<Place>)
    /// What follows comes as it is written.
    case live
    /// What follows is read from the past, after a lost connection or because the consumer was too slow.
    case fellBehind
    /// So many events behind this place are missing, as ``SubscriptionOptions/Overflow/leaveGap`` asks for.
    case gap(missed: Int, after: Place?)
}

/// What a subscription has to say, as ``Subscription/messages`` gives it.
public struct SubscriptionMessages<Place: Comparable & Hashable & Sendable>: AsyncSequence, Sendable {
    /// An event, or something between two events.
    public typealias Element = SubscriptionMessage<Place>

    let follower: Follower
    let place: SubscriptionPlace<Place>

    /// The only iterator there is: those that are made later throw ``PhotonPumpError/Code/invalidArgument``.
    public func makeAsyncIterator() -> Iterator {
        Iterator(items: FollowIterator(self.follower), place: self.place)
    }

    /// Goes through the messages; when it is gone, so is the subscription.
    public struct Iterator: AsyncIteratorProtocol {
        var items: FollowIterator
        let place: SubscriptionPlace<Place>

        /// The next message; nil when the subscription was stopped.
        ///
        /// - Throws: as ``Subscription/events``. After an error the iteration is over.
        public mutating func next() async throws -> SubscriptionMessage<Place>? {
            try await self.next(isolation: nil)
        }

        /// The next message; nil when the subscription was stopped.
        ///
        /// - Throws: as ``next()``.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws -> SubscriptionMessage<Place>? {
            while let item = try await self.items.next(isolation: actor) {
                switch item {
                case .event(let found):
                    // An element with neither event nor link says nothing; servers do not send such.
                    if let event = ResolvedEvent(found.record, at: found.position) { return .event(event) }
                case .checkpoint(let start): return .checkpoint(start.map(self.place.outside))
                case .live: return .live
                case .fellBehind: return .fellBehind
                case .gap(let count, let place): return .gap(missed: count, after: place.map(self.place.outside))
                }
            }
            return nil
        }
    }
}

@available(*, unavailable)
extension SubscriptionMessages.Iterator: Sendable {}
