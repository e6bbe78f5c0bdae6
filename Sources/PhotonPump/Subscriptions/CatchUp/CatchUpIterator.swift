/// Iterates over what a ``CatchUpSubscription`` delivers, batch by batch: an item costs an array access.
struct CatchUpIterator {
    /// Ends the subscription when no copy of the iterator is left.
    private final class Lease {
        let catchUp: CatchUpSubscription
        let progress = ConsumerProgress()

        init(_ catchUp: CatchUpSubscription) {
            self.catchUp = catchUp
            catchUp.tellProgress { [progress] in progress.place }
        }

        deinit {
            self.catchUp.stop()
        }
    }

    /// nil if there is another consumer.
    private let lease: Lease?
    private var batch: [CatchUpItem] = []
    private var position = 0

    init(_ catchUp: CatchUpSubscription) {
        self.lease = catchUp.beginConsuming() ? Lease(catchUp) : nil
    }

    /// The next event that is at hand: ``nextEvent(isolation:)`` without its cost, which is that of asynchronous calls.
    mutating func eventAtHand() -> ResolvedEvent? {
        while let item = self.itemAtHand() {
            if let event = item.event { return event }
        }
        return nil
    }

    mutating func nextEvent(isolation actor: isolated (any Actor)?) async throws -> ResolvedEvent? {
        while let item = try await self.next(isolation: actor) {
            if let event = item.event { return event }
        }
        return nil
    }

    /// The next item of the batch; nil if there is none, or the consumer must receive nothing more.
    private mutating func itemAtHand() -> CatchUpItem? {
        guard let lease, self.position < self.batch.count else { return nil }
        if lease.catchUp.mustEnd || Task.isCancelled || GracefulShutdown.hasBegun { return nil }
        defer { self.position += 1 }
        lease.progress.gave(self.position + 1)
        return self.batch[self.position]
    }

    mutating func next(isolation actor: isolated (any Actor)?) async throws -> CatchUpItem? {
        guard let lease else {
            throw PhotonPumpError(.invalidArgument, "the events of a subscription can be iterated only once")
        }
        // After a stop, the end of the client, or that of the task, nothing more is delivered.
        if let item = self.itemAtHand() { return item }
        (self.batch, self.position) = ([], 0)
        lease.progress.begin()
        guard let batch = try await lease.catchUp.nextBatch(isolation: actor) else { return nil }
        (self.batch, self.position) = (batch, 1)
        lease.progress.begin(batch)
        lease.progress.gave(1)
        return batch[0]
    }
}

extension CatchUpItem {
    /// The event, if it is one. An element with neither event nor link says nothing; servers do not send any.
    fileprivate var event: ResolvedEvent? {
        guard case .event(let found) = self else { return nil }
        return ResolvedEvent(found.record, at: found.position)
    }
}
