internal import PhotonPumpTransport
internal import PhotonPumpWire
internal import Synchronization

/// Carries out what ``CatchUpState`` decides: makes the requests, receives what is pushed, and delivers it to the
/// consumer.
///
/// The iterator and the subscription own it; when both are deallocated, nothing of it remains on the client or the
/// server.
final class CatchUpSubscription: Subscriber {
    let client: any SubscriptionHost
    private let source: any CatchUpSource
    /// What its user calls it.
    let name: String?
    private let livenessInterval: Duration?
    private let machine: Mutex<CatchUpState>
    private let consumer = Consumer<[CatchUpItem]>()
    private let announcements = Broadcast<SubscriptionChange<CatchUpPlace>> {
        if case .ended = $0 { true } else { false }
    }
    private let log: CatchUpLog
    private let meter: CatchUpMeter?
    /// When it is live for the first time, or over.
    private let beginning = Outcome<Void>()
    /// Reports that nothing happens.
    private let watch = Mutex<Task<Void, Never>?>(nil)
    /// Whether the consumer should receive nothing more, not even what it already holds.
    private let isStopped = Atomic(false)
    private let isConsumed = Atomic(false)
    /// Where the log ends; a stream's pages tell.
    private let outlook = Mutex(CatchUpOutlook())
    /// How far the consumer has come.
    private let progress = Mutex<@Sendable () -> CatchUpPlace?>({ nil })

    init(
        _ client: any SubscriptionHost, _ source: any CatchUpSource, from start: SubscriptionStart<CatchUpPlace>,
        _ options: SubscriptionOptions
    ) {
        self.client = client
        self.source = source
        self.name = options.name
        self.livenessInterval = options.livenessInterval
        self.meter = client.metrics.map { CatchUpMeter($0, stream: source.name, name: options.name) }
        self.log = CatchUpLog(options.call.logger ?? client.logger, stream: source.name, name: options.name)
        self.machine = Mutex(
            CatchUpState(
                from: start, options, isFiltered: source.isFiltered, isGapless: source.isGapless,
                isOfLog: source.isOfLog, errors: CatchUpErrors(source), newID: { client.nextID() }))
    }

    deinit {
        // Nobody is told: whoever reads the changes sees them end.
        for action in self.machine.withLock({ $0.closed(nil) }) {
            if case .announcement = action { continue }
            self.perform(action)
        }
        self.watch.withLock { $0?.cancel() }
    }

    func begin() {
        self.perform { $0.begin() }
        if self.meter != nil { self.measure() }
        guard let livenessInterval else { return }
        let environment = self.client.environment
        let watch = environment.task { [weak self] in
            while (try? await environment.sleep(for: livenessInterval)) != nil { self?.perform { $0.livenessDue() } }
        }
        self.watch.withLock { $0 = watch }
        // It may have ended before there was anything to cancel.
        if self.status.phase == .ended { watch.cancel() }
    }

    /// Returns when it is live, or the task shuts down gracefully.
    ///
    /// - Throws: the reason why it will not be; `CancellationError`.
    func untilLive() async throws {
        try await GracefulShutdown.watch({ try await self.beginning.wait() }, stop: { self.stop() })
    }

    /// What it follows; `$all` for all streams.
    var stream: String { self.source.name }

    /// Measures how far it is, from now on.
    private func measure() {
        self.meter?.note(self.status)
        self.client.run(after: SubscriptionMetrics.interval) { [weak self] in
            if let self, self.status.phase != .ended { self.measure() }
        }
    }

    var status: SubscriptionStatus<CatchUpPlace> {
        var status = self.machine.withLock { $0.status }
        status.lastProcessedPlace = self.progress.withLock { $0 }()
        if status.phase == .readingHistory, let end = self.outlook.withLock({ $0.end }) {
            status.knownEnd = max(end, status.knownEnd ?? end)
        }
        return status
    }

    /// From now on this is asked how far the consumer has come; it must not retain this subscription.
    func tellProgress(_ progress: @escaping @Sendable () -> CatchUpPlace?) {
        self.progress.withLock { $0 = progress }
    }

    func changes<Place>(_ place: @escaping @Sendable (CatchUpPlace) -> Place) -> AsyncStream<SubscriptionChange<Place>>
    {
        self.announcements.stream { $0.map(place) }
    }

    // MARK: The consumer

    var hasStopped: Bool { self.isStopped.load(ordering: .relaxed) }

    /// Whether the consumer receives nothing more, because of a stop or because the client was closed.
    var mustEnd: Bool { self.hasStopped || self.client.isOver }

    func beginConsuming() -> Bool {
        !self.isConsumed.exchange(true, ordering: .relaxed)
    }

    /// The next items, at least one; nil at the end.
    func nextBatch(isolation: isolated (any Actor)?) async throws -> [CatchUpItem]? {
        if self.client.isOver { self.perform { $0.closed(self.client.closedError()) } }
        return try await self.consumer.next {
            self.perform { $0.demanded() }
        } cancel: {
            self.cancel()
        } stop: {
            self.stop()
        }
    }

    private func cancel() {
        self.isStopped.store(true, ordering: .relaxed)
        self.perform { $0.cancelled() }
    }

    /// - Parameter error: what the consumer receives instead of the end.
    func stop(_ error: PhotonPumpError? = nil) {
        self.isStopped.store(true, ordering: .relaxed)
        self.perform { $0.closed(error) }
    }

    // MARK: The server

    var pushCommand: Command { .streamEventAppeared }

    func received(_ events: [PushedRecord], under id: GUID, from endpoint: String) {
        var failure: PhotonPumpError?
        self.perform { machine in
            var actions: [CatchUpAction] = []
            do throws(PhotonPumpError) {
                for event in events {
                    guard let (event, fits) = try self.source.pushed(event) else { continue }
                    let consequences = machine.appeared(event, fits: fits, id)
                    // Most have none, and joining arrays costs something even so.
                    if !consequences.isEmpty { actions += consequences }
                }
            } catch {
                failure = error
            }
            return actions
        }
        if let failure { self.dropped(failure, id, from: endpoint) }
    }

    func received(_ package: Package, from endpoint: String) {
        do throws(PhotonPumpError) {
            switch package.command {
            case .streamEventAppeared:
                let message = try self.readable { () throws(MalformedMessage) in
                    try StreamEventAppeared(decoding: package.payload)
                }
                self.received([PushedRecord(message)], under: package.correlation, from: endpoint)
            case .checkpointReached:
                let message = try self.readable { () throws(MalformedMessage) in
                    try CheckpointReached(decoding: package.payload)
                }
                guard let place = self.source.place(message) else { return }
                self.perform { $0.reached(place) }
            default:
                throw CommonReplies.error(for: package, operation: self.operation, stream: self.source.name)
            }
        } catch {
            self.dropped(error, package.correlation, from: endpoint)
        }
    }

    private func dropped(_ error: PhotonPumpError, _ id: GUID, from endpoint: String) {
        var error = error
        error.endpoint = endpoint
        self.perform { $0.dropped(error, id) }
    }

    private func readable<Value>(
        _ read: () throws(MalformedMessage) -> Value
    ) throws(PhotonPumpError) -> Value {
        do throws(MalformedMessage) {
            return try read()
        } catch {
            throw .unreadable(error, operation: self.operation, stream: self.source.name)
        }
    }

    private var operation: String { "follow \(self.source.name == "$all" ? "$all" : "'\(self.source.name)'")" }

    func receivedAll() { self.perform { $0.proceed() } }

    func ended(_ error: PhotonPumpError) { self.perform { $0.interrupted(error) } }

    // MARK: Carrying it out

    private func perform(_ change: (inout CatchUpState) -> [CatchUpAction]) {
        let connection = self.client.connectionNumber
        let actions = self.machine.withLock { machine in
            machine.hears(on: connection)
            let actions = change(&machine)
            // Most events that are pushed cause none, and loops cost something even so.
            if actions.isEmpty { return actions }
            for case .announcement(let announcement) in actions { self.announcements.note(announcement.change) }
            return actions
        }
        if actions.isEmpty { return }
        for action in actions { self.perform(action) }
    }

    private func perform(_ action: CatchUpAction) {
        switch action {
        case .announcement(let announcement): self.announce(announcement.change)
        case .abandon(let id):
            // Or the pause before it.
            self.client.cancelPause(id)
            self.client.cancel(id)
        case .unsubscribe(let id): self.client.endSubscription(id)
        case .request(let request, let id): self.make(request, id)
        case .deliver(let delivery):
            self.meter?.note(delivery)
            self.consumer.deliver(delivery)
        }
    }

    private func announce(_ change: SubscriptionChange<CatchUpPlace>) {
        self.log.note(change)
        self.meter?.note(self.status)
        self.announcements.tell()
        switch change {
        case .live: self.beginning.resolve(.success(()))
        case .ended(let error):
            self.beginning.resolve(error.map { .failure($0) } ?? .success(()))
            self.watch.withLock { $0?.cancel() }
        default: break
        }
    }

    private func make(_ request: CatchUpRequest, _ id: GUID) {
        guard let pause = request.pause(chance: self.client.environment.chance()) else {
            return self.begin(request.kind, id)
        }
        self.client.pause(id, for: pause) { [weak self] in self?.begin(request.kind, id) }
    }

    private func begin(_ request: CatchUpRequest.Kind, _ id: GUID) {
        let terms: CallTerms
        do throws(PhotonPumpError) {
            if self.client.isClosing {
                throw self.client.closedError("the client is closed").during(self.operation, stream: nil)
            }
            terms = try self.client.terms(self.source.call)
        } catch {
            return self.perform { $0.failed(error, id) }
        }
        let exchange = self.exchange(request, id, terms)
        guard self.awaits(id) else { return }
        self.client.begin(exchange)
        // A stop before the start found nothing to cancel.
        if !self.awaits(id) { self.client.cancel(id) }
    }

    /// Finds out how far there is to go, beside the reading, where pages do not tell. If that fails, so does the reading,
    /// or it is not known.
    private func lookAhead(after page: CatchUpPage, _ terms: CallTerms) {
        guard !self.source.pagesTellEnd, self.outlook.withLock({ $0.mustAsk(after: page) }) else { return }
        let id = self.client.nextID()
        self.client.begin(
            self.source.end(seenFrom: page.next, asMaster: false, id: id, terms: terms) { [weak self] result in
                self?.outlook.withLock { $0.answered(try? result.get()) }
            })
    }

    private func awaits(_ id: GUID) -> Bool { self.machine.withLock { $0.awaits(id) } }

    private func exchange(_ request: CatchUpRequest.Kind, _ id: GUID, _ terms: CallTerms) -> Exchange {
        switch request {
        case .read(let start, let seesLast):
            self.source.read(from: start, seesLast: seesLast, id: id, terms: terms) { [weak self] result in
                self?.perform { machine in
                    switch result {
                    case .success(let page): machine.received(page, id)
                    case .failure(let error): machine.failed(Self.known(error), id)
                    }
                }
                if case .success(let page) = result { self?.lookAhead(after: page, terms) }
            }
        case .look(let event):
            event.search(self.source.call, id: id, terms: terms) { [weak self] result in
                self?.perform { machine in
                    switch result {
                    case .success(let isDropped): machine.looked(isDropped: isDropped, id)
                    case .failure(let error): machine.failed(Self.known(error), id)
                    }
                }
            }
        case .subscribe:
            self.source.subscribe(id: id, terms: terms) { [weak self, client = self.client] result in
                if let self { return self.answered(result, id) }
                // Its last owner was deallocated while the answer was on its way.
                if case .success(.confirmed) = result { client.confirmed(id, for: nil) }
            }
        case .end(let start, let asMaster):
            self.source.end(seenFrom: start, asMaster: asMaster, id: id, terms: terms) { [weak self] result in
                self?.perform { machine in
                    switch result.mapError(Self.known) {
                    case .success(let end): machine.found(end, id)
                    case .failure(let error) where asMaster && error.code == .notHandled: machine.foundNoMaster(id)
                    case .failure(let error): machine.failed(error, id)
                    }
                }
            }
        }
    }

    /// Runs on the client's queue, so that what is pushed next finds this subscriber.
    private func answered(_ result: Result<CatchUpConfirmation, any Error>, _ id: GUID) {
        self.perform { machine in
            switch result {
            case .success(.confirmed(let last, let end)): machine.confirmed(last, end, id)
            case .success(.beyondServer): machine.mustAskAgain(id)
            case .failure(let error): machine.failed(Self.known(error), id)
            }
        }
        guard case .success(.confirmed) = result else { return }
        let isWanted = self.machine.withLock { $0.isSubscribed(id) }
        self.client.confirmed(id, for: isWanted ? self : nil)
    }

    private static func known(_ error: any Error) -> PhotonPumpError {
        error as? PhotonPumpError ?? PhotonPumpError(.clientClosed, "the request was cancelled", underlying: error)
    }
}
