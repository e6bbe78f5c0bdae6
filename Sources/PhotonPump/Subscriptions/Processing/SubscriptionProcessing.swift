internal import DequeModule
internal import Synchronization

/// How events are processed, and how often a checkpoint is saved.
struct ProcessingPlan: Sendable {
    let count: Int
    let time: Duration
    let maxConcurrent: Int
    let key: (@Sendable (ResolvedEvent) -> any Hashable)?
    let handler: @Sendable (ResolvedEvent) async throws -> Void

    /// - Throws: ``PhotonPumpError/Code/invalidArgument``, naming the invalid argument.
    func check() throws(PhotonPumpError) {
        for (name, number) in [("every", self.count), ("maxConcurrent", self.maxConcurrent)] where number < 1 {
            throw PhotonPumpError(.invalidArgument, "\(name) \(number) is below 1")
        }
        guard self.time > .zero else {
            throw PhotonPumpError(.invalidArgument, "orAfter \(self.time) is not above zero")
        }
    }
}

/// One run through the events of a subscription, with checkpoints.
final class SubscriptionProcessing<Store: CheckpointStore>: Sendable {
    typealias Place = Store.Place

    /// What is reported to the loop that starts handlers.
    private enum Happening: Sendable {
        case came([FollowItem])
        /// No more events will come.
        case ended((any Error)?)
        case finished(lane: Int?)
        /// There may be a checkpoint to save.
        case progressed
    }

    private struct State {
        var progress: CheckpointProgress<Place>
        /// The first error of a handler or the store.
        var failure: (any Error)?
    }

    /// The number of events that may wait per running handler, so that a key with many events does not hold up the
    /// others.
    private static var lookahead: Int { 16 }

    private let follower: Follower
    private let place: SubscriptionPlace<Place>
    private let store: Store
    private let plan: ProcessingPlan
    /// Kept apart from the happenings: those end with the cancellation, but handlers may still finish.
    private let state: Mutex<State>

    init(_ follower: Follower, _ place: SubscriptionPlace<Place>, _ store: Store, _ plan: ProcessingPlan) {
        self.follower = follower
        self.place = place
        self.store = store
        self.plan = plan
        self.state = Mutex(State(progress: CheckpointProgress(every: plan.count)))
    }

    /// Returns once all handlers have returned and the last checkpoint is saved; with the error that ended the
    /// processing, if there was one.
    func run() async -> (any Error)? {
        // Both streams stay small: each happening is taken before the next is awaited, and each demand yields one
        // batch.
        let (happenings, report) = AsyncStream.makeStream(of: Happening.self)
        let (demands, demand) = AsyncStream.makeStream(of: Void.self)
        let end: (any Error)? = await withDiscardingTaskGroup { group in
            group.addTask { await self.fetch(demands, report) }
            group.addTask { await self.keepTime(report) }
            var incoming = happenings.makeAsyncIterator()
            var lanes = Lanes<(event: ResolvedEvent, number: Int)>(limit: self.plan.maxConcurrent)
            var items: Deque<FollowItem> = []
            var (isFetching, isOver) = (false, false)
            var end: (any Error)?
            while true {
                if self.isCutOff { end = end ?? Client.closure }
                if self.mustEnd {
                    isOver = true
                    items = []
                    lanes.removeWaiting()
                }
                while lanes.waitingCount / Self.lookahead < self.plan.maxConcurrent, let item = items.popFirst() {
                    self.take(item, &lanes)
                }
                while let (next, lane) = lanes.start() {
                    group.addTask {
                        await self.handle(next.event, next.number)
                        report.yield(.finished(lane: lane))
                    }
                }
                if let checkpoint = self.state.withLock({ $0.progress.startSaving() }) {
                    group.addTask {
                        await self.save(checkpoint)
                        report.yield(.progressed)
                    }
                }
                if isOver, items.isEmpty, lanes.waitingCount + lanes.runningCount == 0 { break }
                if !isOver, !isFetching, items.isEmpty {
                    isFetching = true
                    demand.yield()
                }
                // Cancellation ends it here; the group waits for the handlers.
                guard let happening = await incoming.next() else { break }
                switch happening {
                case .came(let batch):
                    isFetching = false
                    items = Deque(batch)
                case .ended(let error):
                    isOver = true
                    end = error
                case .finished(let lane):
                    lanes.finished(lane)
                case .progressed:
                    break
                }
            }
            self.follower.stop()
            group.cancelAll()
            return end
        }
        if let last = self.state.withLock({ $0.progress.startSaving(isLast: true) }) { await self.save(last) }
        return self.state.withLock { $0.failure } ?? end
    }

    /// Whether no further handler may start.
    private var mustEnd: Bool {
        self.follower.hasStopped || self.isCutOff || Task.isCancelled || self.state.withLock { $0.failure != nil }
    }

    /// Whether the client was closed before anything else ended this.
    private var isCutOff: Bool {
        !self.follower.hasStopped && self.follower.client.isOver
    }

    private func take(_ item: FollowItem, _ lanes: inout Lanes<(event: ResolvedEvent, number: Int)>) {
        switch item {
        case .event(let found):
            // An element with neither event nor link says nothing; servers do not send any.
            guard let event = ResolvedEvent(found.record, at: found.position) else { return }
            let number = self.state.withLock { $0.progress.began(at: self.place.outside(found.place)) }
            lanes.add((event, number), key: self.plan.key.map { AnyHashable($0(event)) })
        case .checkpoint(let checkpoint):
            self.state.withLock { $0.progress.reached(checkpoint.map(self.place.outside)) }
        case .live, .fellBehind, .beyondEnd, .readsLag, .gap:
            break
        }
    }

    /// Fetches a batch for each demand.
    private func fetch(_ demands: AsyncStream<Void>, _ report: AsyncStream<Happening>.Continuation) async {
        do {
            for await _ in demands {
                guard let batch = try await self.follower.nextBatch(isolation: nil) else { break }
                report.yield(.came(batch))
            }
            report.yield(.ended(nil))
        } catch {
            report.yield(.ended(error))
        }
    }

    private func keepTime(_ report: AsyncStream<Happening>.Continuation) async {
        while (try? await Task.sleep(for: self.plan.time)) != nil {
            self.state.withLock { $0.progress.timePassed() }
            report.yield(.progressed)
        }
    }

    private func handle(_ event: ResolvedEvent, _ number: Int) async {
        // It may have been closed between the decision and this.
        if self.follower.client.isOver { return }
        do {
            try await self.plan.handler(event)
            self.state.withLock { $0.progress.finished(number) }
        } catch is CancellationError where Task.isCancelled {
            // The event will come again.
        } catch {
            self.fail(error)
        }
    }

    private func save(_ checkpoint: SubscriptionStart<Place>) async {
        do {
            // An unstructured task is not cancelled with this one; it is awaited here.
            try await Task { try await self.store.save(checkpoint) }.value
            self.state.withLock { $0.progress.didSave() }
        } catch {
            self.fail(error)
        }
    }

    private func fail(_ error: any Error) {
        self.state.withLock { $0.failure = $0.failure ?? error }
    }
}
