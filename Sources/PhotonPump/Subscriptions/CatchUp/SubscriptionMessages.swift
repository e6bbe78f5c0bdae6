/// An element of ``Subscription/messages``.
public enum SubscriptionMessage<Place: Hashable & Sendable>: Sendable {
    /// An event.
    case event(ResolvedEvent)
    /// Every event up to here has been delivered, or does not match the filter. Store it to subscribe from there later.
    /// Checkpoints come with filters, and once at the beginning from ``SubscriptionStart/end``, to tell where that was.
    /// (Each event is a checkpoint, too: `.after` its place.)
    case checkpoint(SubscriptionStart<Place>)
    /// What follows is delivered as it is written.
    case live
    /// What follows is read from the past, because the connection was lost or the consumer was too slow.
    case fellBehind
    /// The place to go on at lies beyond the end, which is there (nil: there are no events).
    /// ``SubscriptionOptions/beyondEnd`` says what follows. Of `$all`, the end is the position that the next event will
    /// get.
    case beyondEnd(SubscriptionStart<Place>, end: Place?)
    /// The server has announced events up to this place, but for some seconds its reads have not returned them. The
    /// subscription keeps reading until they do.
    case readsLag(upTo: Place)
    /// This many events after this place are missing, because of ``SubscriptionOptions/Overflow/leaveGap``.
    case gap(missed: Int, after: Place?)
}

/// The events of a subscription and what happens between them, from ``Subscription/messages``.
public struct SubscriptionMessages<Place: Comparable & Hashable & Sendable>: AsyncSequence, Sendable {
    /// An event, or something between two events.
    public typealias Element = SubscriptionMessage<Place>

    let catchUp: CatchUpSubscription
    let place: SubscriptionPlace<Place>

    /// The only iterator; iterators created later throw ``PhotonPumpError/Code/invalidArgument``.
    public func makeAsyncIterator() -> Iterator {
        Iterator(items: CatchUpIterator(self.catchUp), place: self.place)
    }

    /// Iterates over the messages; deallocating it ends the subscription.
    public struct Iterator: AsyncIteratorProtocol {
        var items: CatchUpIterator
        let place: SubscriptionPlace<Place>

        /// The next message; nil after the subscription was stopped.
        ///
        /// - Throws: as ``Subscription/events``. An error ends the iteration.
        public mutating func next() async throws -> SubscriptionMessage<Place>? {
            try await self.next(isolation: nil)
        }

        /// The next message; nil after the subscription was stopped.
        ///
        /// - Throws: as ``next()``.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws -> SubscriptionMessage<Place>? {
            while let item = try await self.items.next(isolation: actor) {
                switch item {
                case .event(let found):
                    // An element with neither event nor link says nothing; servers do not send any.
                    if let event = ResolvedEvent(found.record, at: found.position) { return .event(event) }
                case .checkpoint(let start): return .checkpoint(start.map(self.place.outside))
                case .live: return .live
                case .fellBehind: return .fellBehind
                case .beyondEnd(let start, let end):
                    return .beyondEnd(start.map(self.place.outside), end: end.map(self.place.outside))
                case .readsLag(let place): return .readsLag(upTo: self.place.outside(place))
                case .gap(let count, let place): return .gap(missed: count, after: place.map(self.place.outside))
                }
            }
            return nil
        }
    }
}

@available(*, unavailable)
extension SubscriptionMessages.Iterator: Sendable {}
