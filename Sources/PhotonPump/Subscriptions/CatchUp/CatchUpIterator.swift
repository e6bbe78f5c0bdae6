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

    mutating func nextEvent(isolation actor: isolated (any Actor)?) async throws -> ResolvedEvent? {
        while let item = try await self.next(isolation: actor) {
            if case .event(let found) = item, let event = ResolvedEvent(found.record, at: found.position) {
                return event
            }
        }
        return nil
    }

    mutating func next(isolation actor: isolated (any Actor)?) async throws -> CatchUpItem? {
        guard let lease else {
            throw PhotonPumpError(.invalidArgument, "the events of a subscription can be iterated only once")
        }
        // After a stop, the end of the client, or that of the task, nothing more is delivered.
        let catchUp = lease.catchUp
        if self.position == self.batch.count || catchUp.mustEnd || Task.isCancelled || GracefulShutdown.hasBegun {
            (self.batch, self.position) = ([], 0)
            lease.progress.begin()
            guard let batch = try await catchUp.nextBatch(isolation: actor) else { return nil }
            self.batch = batch
            lease.progress.begin(batch)
        }
        defer { self.position += 1 }
        lease.progress.gave(self.position + 1)
        return self.batch[self.position]
    }
}
