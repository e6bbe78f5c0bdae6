/// The events that a ``PersistentSubscription`` delivers, in the order in which the server hands them out.
///
/// They can be gone through once; a second iteration throws. Leaving the loop ends the subscription: acknowledge an
/// event before that.
public struct PersistentEvents: AsyncSequence, Sendable {
    /// An event to be acknowledged or refused.
    public typealias Element = DeliveredEvent

    let feed: PersistentFeed

    /// Starts the only iteration there can be.
    public func makeAsyncIterator() -> Iterator {
        Iterator(turn: self.feed.take() ? Turn(self.feed) : nil)
    }

    /// Goes through the events.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let turn: Turn?
        private var batch: PersistentFeed.Batch?
        private var position = 0

        fileprivate init(turn: Turn?) {
            self.turn = turn
        }

        /// The next event; nil when the subscription was stopped.
        ///
        /// Events that the server has taken back meanwhile, because the connection they came by is lost, are passed over.
        ///
        /// - Throws: ``PhotonPumpError`` with the reason why the subscription has ended
        ///   (``PhotonPumpError/Code/subscriptionNotFound``, ``PhotonPumpError/Code/subscriptionDeleted``,
        ///   ``PhotonPumpError/Code/accessDenied``, ``PhotonPumpError/Code/tooManySubscribers``, …), or
        ///   `CancellationError` when the task is cancelled. After an error the iteration is over.
        public mutating func next() async throws -> DeliveredEvent? {
            try await self.next(isolation: nil)
        }

        /// The next event; nil when the subscription was stopped.
        ///
        /// - Throws: as ``next()``.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws -> DeliveredEvent? {
            guard let turn else {
                throw PhotonPumpError.eventsAreTaken
            }
            if let batch, self.position < batch.events.count, turn.feed.isCurrent(batch.generation) {
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

    /// The right to go through the events; letting go of it ends the subscription.
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
    /// Somebody goes through the events of a subscription already, or has.
    static var eventsAreTaken: PhotonPumpError {
        PhotonPumpError(.invalidArgument, "the events of a persistent subscription can be gone through once only")
    }
}

@available(*, unavailable)
extension PersistentEvents.Iterator: Sendable {}
