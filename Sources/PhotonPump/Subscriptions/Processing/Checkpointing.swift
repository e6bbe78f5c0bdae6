internal import PhotonPumpTransport
internal import Synchronization

/// An event, and its number for ``CheckpointProgress``.
struct NumberedEvent: Sendable {
    let event: ResolvedEvent
    let number: Int
}

/// Saves how far the events of a subscription are handled.
final class Checkpointing<Store: CheckpointStore>: ProcessingPolicy {
    typealias Place = Store.Place

    private struct State {
        var progress: CheckpointProgress<Place>
        /// The first error of a handler or the store.
        var failure: (any Error)?
    }

    private let subscription: Subscription<Place>
    private let store: Store
    private let time: Duration
    private let state: Mutex<State>
    /// Reports that there may be a checkpoint to save.
    private let (dues, due) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    /// - Parameters:
    ///   - count: the number of events after which a checkpoint is saved.
    ///   - time: the longest time before progress is saved.
    init(_ subscription: Subscription<Place>, _ store: Store, every count: Int, orAfter time: Duration) {
        self.subscription = subscription
        self.store = store
        self.time = time
        self.state = Mutex(State(progress: CheckpointProgress(every: count)))
        self.catchUp.tellProgress { [weak self] in self?.place }
    }

    /// Up to here all events are handled.
    private var place: CatchUpPlace? {
        guard case .after(let place) = self.state.withLock({ $0.progress.checkpoint }) else { return nil }
        return self.subscription.place.inside(place)
    }

    private var catchUp: CatchUpSubscription { self.subscription.catchUp }
    var client: any SubscriptionHost { self.catchUp.client }

    var readiness: Readiness {
        let (status, stream) = (self.catchUp.status, self.catchUp.stream)
        let isOfAll = stream == "$all"
        let lag = status.lag(of: status.lastPlace, inAll: isOfAll)
        let words = lag.map { ", \($0) \(isOfAll ? "bytes" : "events") behind" } ?? ""
        return Readiness(isReady: status.phase == .live, description: "'\(stream)' \(status.phase)\(words)")
    }

    func nextEvents() async throws -> [NumberedEvent]? {
        guard let items = try await self.catchUp.nextBatch(isolation: nil) else { return nil }
        return self.update { progress in items.compactMap { self.note($0, &progress) } }
    }

    private func note(_ item: CatchUpItem, _ progress: inout CheckpointProgress<Place>) -> NumberedEvent? {
        let outside = self.subscription.place.outside
        switch item {
        case .event(let found):
            // An element with neither event nor link says nothing; servers do not send any.
            guard let event = ResolvedEvent(found.record, at: found.position) else { return nil }
            return NumberedEvent(event: event, number: progress.began(at: outside(found.place)))
        case .checkpoint(let checkpoint):
            progress.reached(checkpoint.map(outside))
            return nil
        case .live, .fellBehind, .beyondEnd, .readsLag, .gap:
            return nil
        }
    }

    func described(_ event: NumberedEvent) -> (ResolvedEvent, SpanDescription) {
        let (stream, name) = (self.catchUp.stream, self.catchUp.name)
        return (event.event, SpanDescription(handling: event.event, of: stream, subscription: name))
    }

    func isWanted(_ event: NumberedEvent) -> Bool { !self.catchUp.hasStopped }

    func succeeded(_ event: NumberedEvent) { self.update { $0.finished(event.number) } }

    func failed(_ event: NumberedEvent, _ error: any Error) -> (any Error)? {
        let error = HandlerError(event: event.event, underlying: error)
        self.fail(error)
        return error
    }

    func stop(_ error: PhotonPumpError?) { self.catchUp.stop(error) }

    func accompany() async {
        async let timer: Void = self.keepTime()
        for await _ in self.dues {
            while let checkpoint = self.state.withLock({ $0.progress.startSaving() }) { await self.save(checkpoint) }
        }
        await timer
    }

    /// Handlers count even if they return after a cancellation.
    func finish(after error: (any Error)?) async -> (any Error)? {
        self.stop(nil)
        if let last = self.state.withLock({ $0.progress.startSaving(isLast: true) }) { await self.save(last) }
        self.catchUp.tellProgress { [place = self.place] in place }
        return self.state.withLock { $0.failure } ?? error
    }

    private func keepTime() async {
        while (try? await self.client.environment.sleep(for: self.time)) != nil { self.update { $0.timePassed() } }
    }

    private func update<Output: Sendable>(_ change: (inout CheckpointProgress<Place>) -> Output) -> Output {
        let (output, isDue) = self.state.withLock { (change(&$0.progress), $0.progress.isDue) }
        if isDue { self.due.yield() }
        return output
    }

    private func save(_ checkpoint: SubscriptionStart<Place>) async {
        // A task of its own is not cancelled with this one; it is awaited here.
        await self.client.environment.task {
            do {
                try await self.store.save(checkpoint)
                self.state.withLock { $0.progress.didSave() }
            } catch {
                self.fail(error)
            }
        }
        .value
    }

    private func fail(_ error: any Error) {
        self.state.withLock { $0.failure = $0.failure ?? error }
        self.stop(nil)
    }
}
