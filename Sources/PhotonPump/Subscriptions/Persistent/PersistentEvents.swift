/// The events that a ``PersistentSubscription`` delivers, in the order in which the server sends them.
///
/// They can be iterated once; a second iteration throws. Leaving the loop ends the subscription, so acknowledge an
/// event before you do.
public struct PersistentEvents: AsyncSequence, Sendable {
    /// An event to be acknowledged or refused.
    public typealias Element = DeliveredEvent

    let feed: PersistentFeed

    /// Starts the only possible iteration.
    public func makeAsyncIterator() -> Iterator {
        Iterator(turn: self.feed.claim() ? Turn(self.feed) : nil)
    }

    /// Iterates over the events.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let turn: Turn?
        private var batch: PersistentFeed.Batch?
        private var position = 0

        fileprivate init(turn: Turn?) {
            self.turn = turn
        }

        /// The next event; nil after the subscription was stopped.
        ///
        /// Events that the server has taken back in the meantime, because the connection that delivered them was lost,
        /// are skipped.
        ///
        /// - Throws: ``PhotonPumpError`` with the reason why the subscription ended
        ///   (``PhotonPumpError/Code/subscriptionNotFound``, ``PhotonPumpError/Code/subscriptionDeleted``,
        ///   ``PhotonPumpError/Code/accessDenied``, ``PhotonPumpError/Code/tooManySubscribers``, …), or
        ///   `CancellationError` if the task is cancelled. An error ends the iteration.
        public mutating func next() async throws -> DeliveredEvent? {
            try await self.next(isolation: nil)
        }

        /// The next event; nil after the subscription was stopped.
        ///
        /// - Throws: as ``next()``.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws -> DeliveredEvent? {
            guard let turn else {
                throw PhotonPumpError.alreadyIterated
            }
            if let batch, self.position < batch.events.count, turn.feed.isCurrent(batch.generation),
                !GracefulShutdown.hasBegun
            {
                defer { self.position += 1 }
                return batch.events[self.position]
            }
            return try await self.nextBatch(turn.feed, isolation: actor)
        }

        private mutating func nextBatch(
            _ feed: PersistentFeed, isolation actor: isolated (any Actor)?
        ) async throws -> DeliveredEvent? {
            self.batch = nil
            do {
                while let batch = try await feed.nextBatch(isolation: actor) {
                    guard feed.isCurrent(batch.generation) else { continue }
                    (self.batch, self.position) = (batch, 1)
                    return batch.events[0]
                }
            } catch {
                feed.finish()
                throw error
            }
            feed.finish()
            return nil
        }
    }

    /// The right to iterate over the events; releasing it ends the subscription.
    fileprivate final class Turn: Sendable {
        let feed: PersistentFeed

        init(_ feed: PersistentFeed) {
            self.feed = feed
        }

        deinit {
            self.feed.finish()
        }
    }
}

extension PhotonPumpError {
    /// The events of a subscription are being iterated, or have been.
    static var alreadyIterated: PhotonPumpError {
        PhotonPumpError(.invalidArgument, "the events of a persistent subscription can be iterated only once")
    }
}

@available(*, unavailable)
extension PersistentEvents.Iterator: Sendable {}
