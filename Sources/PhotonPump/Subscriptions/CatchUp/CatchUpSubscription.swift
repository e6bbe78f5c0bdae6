internal import PhotonPumpTransport
internal import PhotonPumpWire
internal import Synchronization

/// Carries out what ``CatchUpState`` decides: makes the requests, receives what is pushed, and delivers it to the
/// consumer.
///
/// The iterator and the subscription own it; when both are deallocated, nothing of it remains on the client or the
/// server.
final class CatchUpSubscription: Subscriber {
    typealias Machine = CatchUpState
    struct Shared {
        var machine: Machine
        /// The conversation in flight.
        var exchange: GUID?
        /// The id under which the server pushes.
        var subscription: GUID?
        /// Reports that nothing happens.
        var liveness: Task<Void, Never>?
        var isQuiet = true
    }

    let client: Client
    private let source: any CatchUpSource
    private let options: SubscriptionOptions
    let shared: Mutex<Shared>
    private let consumer = Consumer<[CatchUpItem]>()
    let happenings = Broadcast<SubscriptionChange<CatchUpPlace>> { if case .ended = $0 { true } else { false } }
    /// Whether the consumer should receive nothing more, not even what it already holds.
    private let isStopped = Atomic(false)
    private let isConsumed = Atomic(false)
    /// Whether it was logged that it is interrupted.
    let isInterrupted = Atomic(false)

    init(
        _ client: Client, _ source: any CatchUpSource, from start: SubscriptionStart<CatchUpPlace>,
        _ options: SubscriptionOptions
    ) {
        self.client = client
        self.source = source
        self.options = options
        let limits = Machine.Limits(
            events: options.maximumBufferedEvents,
            bytes: options.maximumBufferedBytes,
            overflow: options.overflow,
            beyondEnd: options.beyondEnd,
            checkpointInterval: options.checkpointInterval
        )
        let machine = Machine(
            from: start, limits: limits, reportsCheckpoints: source.isFiltered, beyondEnd: source.beyondEnd)
        self.shared = Mutex(Shared(machine: machine))
    }

    deinit {
        self.shared.withLock { shared in
            if let exchange = shared.exchange { self.abandon(exchange) }
            if let subscription = shared.subscription { self.client.endSubscription(subscription) }
            shared.liveness?.cancel()
        }
    }

    func begin() {
        self.perform { $0.machine.begin() }
        guard let interval = self.options.livenessInterval else { return }
        let watch = Task { [weak self] in
            while (try? await Task.sleep(for: interval)) != nil { self?.lookWhetherQuiet() }
        }
        self.shared.withLock { $0.liveness = watch }
    }

    // MARK: The consumer

    /// What is followed.
    var stream: String { self.source.name }

    var hasStopped: Bool { self.isStopped.load(ordering: .relaxed) }

    /// Whether the consumer receives nothing more, because of a stop or because the client was closed.
    var mustEnd: Bool { self.hasStopped || self.client.isOver }

    func beginConsuming() -> Bool {
        !self.isConsumed.exchange(true, ordering: .relaxed)
    }

    /// The next items, at least one; nil at the end.
    func nextBatch(isolation: isolated (any Actor)?) async throws -> [CatchUpItem]? {
        if self.client.isOver { self.perform { $0.machine.closed(Client.closure) } }
        return try await self.consumer.next {
            self.perform { $0.machine.demanded() }
        } cancel: {
            self.cancel()
        }
    }

    private func cancel() {
        self.isStopped.store(true, ordering: .relaxed)
        self.perform { $0.machine.cancelled() }
    }

    func stop() {
        self.isStopped.store(true, ordering: .relaxed)
        self.perform { $0.machine.stop() }
    }

    // MARK: The server

    func received(_ package: Package, from endpoint: String) {
        do throws(PhotonPumpError) {
            switch package.command {
            case .streamEventAppeared:
                let message = try self.decode(StreamEventAppeared.self, package)
                guard let (event, fits) = try self.source.pushed(message.event) else { return }
                let actions = self.shared.withLock { shared in
                    shared.isQuiet = false
                    guard shared.subscription == package.correlation else { return Machine.Actions?.none }
                    return shared.machine.appeared(event, fits: fits)
                }
                if let actions { self.perform { _ in actions } }
            case .checkpointReached:
                let message = try self.decode(CheckpointReached.self, package)
                guard let place = self.source.place(message) else { return }
                let actions = self.shared.withLock { $0.machine.reached(place) }
                if let actions { self.perform { _ in actions } }
            default:
                throw CommonReplies.error(for: package, operation: self.operation, stream: self.source.name)
            }
        } catch {
            var error = error
            error.endpoint = endpoint
            self.interrupted(package.correlation, error)
        }
    }

    private func decode<M: WireMessage>(_ type: M.Type, _ package: Package) throws(PhotonPumpError) -> M {
        do throws(MalformedMessage) {
            return try M(decoding: package.payload)
        } catch {
            throw .unreadable(error, operation: self.operation, stream: self.source.name)
        }
    }

    private var operation: String { "follow \(self.source.name == "$all" ? "$all" : "'\(self.source.name)'")" }

    func settle() {
        self.perform { $0.machine.settle() }
    }

    func ended(_ error: PhotonPumpError) {
        self.perform { shared in
            shared.subscription = nil
            return shared.machine.interrupted(error)
        }
    }

    /// Something arrived under `id` that ends what is pushed under it.
    private func interrupted(_ id: GUID, _ error: PhotonPumpError) {
        self.client.endSubscription(id)
        self.perform { shared in
            guard shared.subscription == id else { return Machine.Actions() }
            shared.subscription = nil
            return shared.machine.interrupted(error)
        }
    }

    // MARK: Carrying it out

    /// Changes the state, and then carries out the resulting actions, most of them outside the lock.
    func perform(_ change: (inout sending Shared) -> Machine.Actions) {
        let id = self.client.nextID()
        let (actions, abandoned) = self.shared.withLock { shared in
            let actions = change(&shared)
            for change in actions.changes { self.happenings.note(change) }
            var abandoned: (exchange: GUID?, subscription: GUID?)
            if actions.unsubscribes {
                abandoned.subscription = shared.subscription
                shared.subscription = nil
            }
            if case .over = shared.machine.phase {
                abandoned.exchange = shared.exchange
                shared.exchange = nil
                shared.liveness?.cancel()
            }
            if actions.request != nil { shared.exchange = id }
            return (actions, abandoned)
        }
        self.log(actions.changes)
        if !actions.changes.isEmpty { self.happenings.tell() }
        if let exchange = abandoned.exchange { self.abandon(exchange) }
        if let subscription = abandoned.subscription { self.client.endSubscription(subscription) }
        if let request = actions.request { self.make(request, id) }
        if let delivery = actions.deliver { self.consumer.deliver(delivery) }
    }

    private func make(_ request: Machine.Request, _ id: GUID) {
        let pause: Duration
        if request.failures > 1 {
            pause = Backoff().delay(attempts: request.failures - 1, chance: .random(in: 0...1))
        } else if request.rereads > 0 {
            let ceiling: Duration = request.rereads < Machine.tacitRereads ? .milliseconds(100) : .milliseconds(500)
            pause = Backoff(first: .milliseconds(1), ceiling: ceiling).delay(attempts: request.rereads, chance: 1)
        } else {
            return self.begin(request.kind, id)
        }
        self.client.pause(id, for: pause) { [weak self] in self?.begin(request.kind, id) }
    }

    /// Gives up a request, or the pause before it.
    private func abandon(_ exchange: GUID) {
        self.client.cancelPause(exchange)
        self.client.cancel(exchange)
    }

    private func begin(_ request: Machine.Request.Kind, _ id: GUID) {
        let terms: CallTerms
        do throws(PhotonPumpError) {
            if self.client.isClosing {
                throw PhotonPumpError(.clientClosed, "\(self.operation): the client is closed")
            }
            terms = try self.client.terms(self.source.call)
        } catch {
            return self.perform { $0.machine.failed(error) }
        }
        let exchange: any OpenExchange
        switch request {
        case .read(let start):
            exchange = self.source.read(from: start, id: id, terms: terms) { [weak self] in self?.pageCame($0, id) }
        case .subscribe:
            exchange = self.source.subscribe(id: id, terms: terms) { [weak self, client = self.client] result in
                if let self { return self.answered(result, id) }
                // Its last owner was deallocated while the answer was on its way.
                if case .success(.confirmed) = result { client.assumeIsolated { $0.unsubscribe(id) } }
            }
        case .end(let start, let asMaster):
            exchange = self.source.end(seenFrom: start, asMaster: asMaster, id: id, terms: terms) { [weak self] in
                self?.endCame($0, asMaster: asMaster, id)
            }
        }
        guard self.shared.withLock({ $0.exchange == id }) else { return }
        self.client.begin(exchange)
        // A stop before the start found nothing to cancel.
        if self.shared.withLock({ $0.exchange != id }) { self.client.cancel(id) }
    }

    private func pageCame(_ result: Result<CatchUpPage, any Error>, _ id: GUID) {
        self.perform { shared in
            guard shared.exchange == id else { return Machine.Actions() }
            shared.exchange = nil
            shared.isQuiet = false
            return switch result {
            case .success(let page):
                shared.machine.received(page.events, next: page.next, isEnd: page.isEnd, end: page.end)
            case .failure(let error): shared.machine.failed(Self.known(error))
            }
        }
    }

    private func endCame(_ result: Result<CatchUpEnd, any Error>, asMaster: Bool, _ id: GUID) {
        self.perform { shared in
            guard shared.exchange == id else { return Machine.Actions() }
            shared.exchange = nil
            switch result {
            case .success(let end): return shared.machine.found(end)
            case .failure(let error):
                let error = Self.known(error)
                return asMaster && error.code == .notHandled
                    ? shared.machine.foundNoMaster() : shared.machine.failed(error)
            }
        }
    }

    /// Runs on the client's queue, so that what is pushed next finds this subscriber.
    private func answered(_ result: Result<CatchUpConfirmation, any Error>, _ id: GUID) {
        var isWanted = false
        self.perform { shared in
            guard shared.exchange == id else { return Machine.Actions() }
            shared.exchange = nil
            switch result {
            case .success(.confirmed(let last, let end)):
                isWanted = true
                shared.subscription = id
                return shared.machine.confirmed(last, end)
            case .success(.beyondServer): return shared.machine.askAgain()
            case .failure(let error): return shared.machine.failed(Self.known(error))
            }
        }
        guard case .success(.confirmed) = result else { return }
        self.client.assumeIsolated { client in
            if isWanted { client.add(self, id) } else { client.unsubscribe(id) }
        }
    }

    private static func known(_ error: any Error) -> PhotonPumpError {
        error as? PhotonPumpError ?? PhotonPumpError(.clientClosed, "the request was cancelled", underlying: error)
    }
}
