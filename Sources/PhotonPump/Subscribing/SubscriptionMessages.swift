/// What a subscription has to say, in order.
public enum SubscriptionMessage<Place: Hashable & Sendable>: Sendable {
    /// An event.
    case event(ResolvedEvent)
    /// Every event up to here was given, or does not fit the filter. Whoever stores this can subscribe from there later.
    /// It comes with filters only; without one each event is a checkpoint, `.after` its place.
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

    let following: any Following<Place>

    /// The only iterator there is: those that are made later throw ``PhotonPumpError/Code/invalidArgument``.
    public func makeAsyncIterator() -> Iterator {
        Iterator(
            consumer: self.following.beginConsuming() ? SubscriptionConsumer(self.following) : nil)
    }

    /// Goes through the messages; when it is gone, so is the subscription.
    public struct Iterator: AsyncIteratorProtocol {
        let consumer: SubscriptionConsumer<Place>?
        private var batch: [FollowItem<Place>] = []
        private var position = 0

        init(consumer: SubscriptionConsumer<Place>?) {
            self.consumer = consumer
        }

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
            while let item = try await self.nextItem(isolation: actor) {
                switch item {
                case .record(let record, let position):
                    // An element with neither event nor link says nothing; servers do not send such.
                    if let event = ResolvedEvent(record, at: position) { return .event(event) }
                case .checkpoint(let start): return .checkpoint(start)
                case .live: return .live
                case .fellBehind: return .fellBehind
                case .gap(let count, let place): return .gap(missed: count, after: place)
                }
            }
            return nil
        }

        mutating func nextEvent(isolation actor: isolated (any Actor)?) async throws -> ResolvedEvent? {
            while let item = try await self.nextItem(isolation: actor) {
                guard case .record(let record, let position) = item else { continue }
                if let event = ResolvedEvent(record, at: position) { return event }
            }
            return nil
        }

        private mutating func nextItem(isolation actor: isolated (any Actor)?) async throws -> FollowItem<Place>? {
            guard let consumer else {
                throw PhotonPumpError(.invalidArgument, "a subscription can be gone through only once")
            }
            // What was stopped, or whose task was cancelled, gives nothing more.
            if self.position == self.batch.count || consumer.following.hasStopped || Task.isCancelled {
                (self.batch, self.position) = ([], 0)
                guard let batch = try await consumer.following.nextBatch(isolation: actor) else { return nil }
                self.batch = batch
            }
            defer { self.position += 1 }
            return self.batch[self.position]
        }
    }
}

@available(*, unavailable)
extension SubscriptionMessages.Iterator: Sendable {}

/// Ends the subscription when its consumer is gone.
final class SubscriptionConsumer<Place: Comparable & Hashable & Sendable> {
    let following: any Following<Place>

    init(_ following: any Following<Place>) {
        self.following = following
    }

    deinit {
        self.following.stop()
    }
}
