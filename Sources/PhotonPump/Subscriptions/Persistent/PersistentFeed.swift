internal import PhotonPumpTransport
internal import PhotonPumpWire
internal import Synchronization

/// A persistent subscription across all its connections: carries out what ``PersistentSubscriptionState`` decides.
///
/// It is shared by the subscription, the iteration of its events and the acknowledgements. The client's queue and the
/// consumer's tasks report to it.
final class PersistentFeed: Sendable {
    /// What was requested.
    struct Request: Sendable {
        let group: String
        let stream: String
        let bufferSize: Int
        let bufferBytes: Int
        let messageTimeout: Duration?
        let acknowledgementDelay: Duration
        /// What its user calls it.
        let name: String?
        let options: CallOptions
    }

    typealias Batch = PersistentSubscriptionState.Batch
    typealias Change = PersistentSubscription.Change
    private typealias Action = PersistentSubscriptionState.Action

    /// How long to wait for the server to confirm the end.
    private static let farewell: Duration = .seconds(2)

    let client: any SubscriptionHost
    let request: Request
    private let conversation: ConnectSubscription
    /// Of the pause before the next attempt.
    private let pauseID: GUID
    private let state: Mutex<PersistentSubscriptionState>
    private let consumer = Consumer<Batch>()
    /// The outcome of the first attempt to connect.
    private let start = Outcome<Void>()
    /// That there is nothing left to do.
    private let end = Outcome<Void>()
    private let happenings = Broadcast<Change> { if case .ended = $0 { true } else { false } }
    /// Of the batches that are not void; changed only while ``state`` is locked.
    private let generation = Atomic(0)
    private let log: PersistentSubscriptionLog
    private let metrics: SubscriptionMetrics?

    /// - Throws: ``PhotonPumpError/Code/invalidArgument``.
    init(client: any SubscriptionHost, _ request: Request) throws(PhotonPumpError) {
        self.client = client
        self.request = request
        self.pauseID = client.nextID()
        self.conversation = try ConnectSubscription(
            group: request.group, stream: request.stream, bufferSize: request.bufferSize)
        self.log = PersistentSubscriptionLog(client.logger, request)
        self.metrics = client.metrics?.subscription(.persistent, name: request.name)
        self.state = Mutex(
            PersistentSubscriptionState(
                bufferSize: request.bufferSize,
                bufferBytes: request.bufferBytes,
                messageTimeout: request.messageTimeout,
                delays: request.acknowledgementDelay > .zero,
                backoff: Backoff(ceiling: .seconds(5)),
                id: client.nextID()
            )
        )
    }

    deinit {
        for action in self.state.withLock({ $0.finish() }) {
            self.post(action)
            if case .cancel(let id) = action { self.client.cancel(id) }
        }
        self.client.cancelPause(self.pauseID)
    }

    // MARK: The subscription

    var status: PersistentSubscription.Status { self.state.withLock { $0.status } }

    /// Measures how much it holds, from now on.
    private func measure() {
        self.metrics?.note(SubscriptionMetrics.Sample(self.status))
        self.client.run(after: SubscriptionMetrics.interval) { [weak self] in
            if let self, self.status.phase != .ended { self.measure() }
        }
    }

    /// Changes from now on.
    var changes: AsyncStream<Change> { self.happenings.stream { $0 } }

    /// Sends the first request to connect, and returns when the server has agreed.
    func connect() async throws {
        try Task.checkCancellation()
        // Before anything is awaited, so that this request has its turn among the caller's others.
        self.perform { $0.begin() }
        if self.metrics != nil { self.measure() }
        try await withTaskCancellationHandler {
            do {
                try await GracefulShutdown.watch({ try await self.start.value() }, stop: { self.stop() })
            } catch is CancellationError where GracefulShutdown.hasBegun && !Task.isCancelled {
                // It ends before it begins.
            }
        } onCancel: {
            self.stop()
        }
    }

    /// No more events should be delivered.
    ///
    /// - Parameter error: what the consumer receives instead of the end.
    func stop(_ error: PhotonPumpError? = nil) { self.perform { $0.stop(error) } }

    // MARK: The consumer

    /// - Returns: whether the events have not been iterated before.
    func claim() -> Bool { self.state.withLock { $0.claim() } }

    /// The next events, at least one; nil at the end.
    func nextBatch(isolation: isolated (any Actor)?) async throws -> Batch? {
        let work = Work.current
        return try await self.consumer.next {
            self.perform { $0.demanded(for: work) }
        } cancel: {
            self.perform { $0.cancelled() }
        } stop: {
            self.stop()
        }
    }

    /// Whether events of this generation can still be acknowledged.
    func isCurrent(_ generation: Int) -> Bool { self.generation.load(ordering: .acquiring) == generation }

    /// Whether to handle an event: it has been neither taken back nor delivered again since.
    func isLatest(_ event: DeliveredEvent) -> Bool { self.state.withLock { $0.isLatest(event) } }

    func acknowledge(_ events: some Sequence<DeliveredEvent>) -> [PersistentSubscription.Acknowledgement] {
        self.decide { [client] in $0.acknowledge(events, next: client.nextID()) }
    }

    func acknowledge(_ event: DeliveredEvent) -> PersistentSubscription.Acknowledgement {
        self.decide { [client] in $0.acknowledge(event, next: client.nextID()) }
    }

    func refuse(
        _ events: some Sequence<DeliveredEvent>, _ action: PersistentSubscription.RefusalAction, reason: String?
    ) -> [PersistentSubscription.Acknowledgement] {
        self.decide { [client] in $0.refuse(events, action, reason: reason, next: client.nextID()) }
    }

    /// The consumer is done.
    func finish() { self.perform { $0.finish() } }

    /// Returns when the server has confirmed the end, or will not. Call this once.
    func ended() async { try? await self.end.value() }

    // MARK: Carrying it out

    private func perform(_ change: (inout PersistentSubscriptionState) -> [Action]) {
        self.decide { ((), change(&$0)) }
    }

    /// Changes the state, and carries out what it decides.
    private func decide<Outcome>(
        _ change: (inout PersistentSubscriptionState) -> (outcomes: Outcome, actions: [Action])
    ) -> Outcome {
        let (outcome, actions) = self.state.withLock { state in
            let (outcome, actions) = change(&state)
            if !actions.isEmpty { for action in actions { self.post(action) } }
            return (outcome, actions)
        }
        if !actions.isEmpty { for action in actions { self.carryOut(action) } }
        return outcome
    }

    /// What must be done while the state is locked, so that later decisions cannot overtake it. The client takes posted
    /// messages on a later turn of its queue.
    private func post(_ action: Action) {
        switch action {
        case .send(let notice): notice.post(self.client, login: try? self.request.options.credentials?.checked())
        case .unsubscribe(let id): self.client.endSubscription(id)
        case .announcement(let announcement): self.happenings.note(announcement.change)
        case .discard(let generation): self.generation.store(generation, ordering: .releasing)
        case .connect, .cancel, .pause, .flushLater, .watch, .deliver, .started, .failedStart, .end: break
        }
    }

    /// The rest, which is done when the lock is open.
    private func carryOut(_ action: Action) {
        switch action {
        case .connect(let id): self.connect(id)
        case .cancel(let id): self.client.cancel(id)
        case .pause(let duration, let attempt):
            self.client.pause(self.pauseID, for: duration) { [weak self] in
                guard let self else { return }
                self.perform { $0.waited(attempt: attempt, next: self.client.nextID()) }
            }
        case .unsubscribe: self.later(Self.farewell) { $0.unsubscribed() }
        case .flushLater: self.later(self.request.acknowledgementDelay) { $0.flushDue() }
        case .watch(let delay):
            self.later(delay) { [environment = self.client.environment] state in
                state.watchDue(now: environment.now)
            }
        case .announcement(let announcement):
            self.happenings.tell()
            self.log.note(announcement.change)
            self.metrics?.note(SubscriptionMetrics.Sample(self.status))
        case .deliver(let delivery):
            if case .batch(let batch) = delivery { self.metrics?.delivered(batch.events.count) }
            self.consumer.deliver(delivery)
        case .started: self.start.resolve(.success(()))
        case .failedStart(let error): self.start.resolve(.failure(error.change ?? CancellationError()))
        case .end:
            self.end.resolve(.success(()))
            self.client.cancelPause(self.pauseID)
        case .send, .discard: break
        }
    }

    /// Sends a request to connect.
    private func connect(_ id: GUID) {
        let client = self.client
        let terms: CallTerms
        do throws(PhotonPumpError) {
            if client.isClosing {
                throw client.closedError("the client is closed").during(
                    self.conversation.operation, stream: self.conversation.stream)
            }
            terms = try client.terms(self.request.options)
        } catch {
            return self.perform { $0.failed(id, error, now: client.environment.now, chance: 1) }
        }
        let conversation = self.conversation.limited(to: self.state.withLock { $0.inFlightLimit })
        let exchange = Exchange(conversation, id: id, terms: terms) { [weak self, weak client] result in
            // The events that follow in the same read must find it. If it is gone, no one wants them.
            if case .success = result { client?.confirmed(id, for: self) }
            self?.connected(id, result)
        }
        client.begin(exchange)
    }

    private func connected(_ id: GUID, _ result: Result<String, any Error>) {
        let environment = self.client.environment
        self.perform { state in
            switch result {
            case .success(let subscription):
                state.confirmed(id, subscription: subscription, now: environment.now)
            case .failure(let error as PhotonPumpError):
                state.failed(id, error, now: environment.now, chance: environment.chance())
            case .failure:
                // Whoever cancelled it knows.
                []
            }
        }
    }

    /// - Parameter change: not made if the feed is deallocated by then.
    private func later(
        _ delay: Duration, _ change: @escaping @Sendable (inout PersistentSubscriptionState) -> [Action]
    ) {
        self.client.run(after: delay) { [weak self] in self?.perform(change) }
    }
}

// MARK: - What the client's queue reports

extension PersistentFeed: Subscriber {
    var pushCommand: Command { .persistentSubscriptionStreamEventAppeared }

    func received(_ events: [PushedRecord], under id: GUID, from endpoint: String) {
        let (client, environment) = (self.client, self.client.environment)
        if let metrics = client.metrics {
            for event in events where event.retryCount ?? 0 > 0 { metrics.redeliveredEvent() }
        }
        self.perform { state in
            var actions: [Action] = []
            for event in events {
                // An element with neither event nor link says nothing; servers do not send any.
                guard let resolved = ResolvedEvent(event.record) else { continue }
                let consequences = state.received(
                    resolved, retryCount: Int(event.retryCount ?? 0), on: id, next: client.nextID(),
                    now: environment.now)
                if !consequences.isEmpty { actions += consequences }
            }
            return actions
        }
    }

    func received(_ package: Package, from endpoint: String) {
        let stream = self.request.stream
        do throws(MalformedMessage) {
            switch package.command {
            case .persistentSubscriptionStreamEventAppeared:
                let message = try PersistentSubscriptionStreamEventAppeared(decoding: package.payload)
                self.received([PushedRecord(message)], under: package.correlation, from: endpoint)
            case .subscriptionDropped, .notAuthenticated, .notHandled, .badRequest:
                var error = CommonReplies.error(for: package, operation: self.operation, stream: stream)
                error.endpoint = endpoint
                // If an acknowledgement was refused, the server treats its event as unhandled.
                let isDropped = package.command == .subscriptionDropped
                self.interrupted(error, unsubscribing: isDropped ? nil : package.correlation)
            default:
                break
            }
        } catch {
            let error = PhotonPumpError.unreadable(error, operation: self.operation, stream: stream)
            self.interrupted(error, unsubscribing: package.correlation)
        }
    }

    func receivedAll() { self.perform { $0.receivedAll() } }

    func ended(_ error: PhotonPumpError) { self.interrupted(error) }

    func unsubscribed() { self.perform { $0.unsubscribed() } }

    func flush() { self.perform { $0.flush() } }

    func drain(_ error: PhotonPumpError?) { self.stop(error) }

    func isBusy(besides own: Work?) -> Bool { self.state.withLock { $0.isBusy(besides: own) } }

    /// - Parameter connection: the subscription that the server still has to end.
    private func interrupted(_ error: PhotonPumpError, unsubscribing connection: GUID? = nil) {
        let (next, environment) = (self.client.nextID(), self.client.environment)
        self.perform { state in
            (connection.map { [.unsubscribe($0)] } ?? [])
                + state.interrupted(error, next: next, now: environment.now, chance: environment.chance())
        }
    }

    private var operation: String { "subscription '\(self.request.group)' to '\(self.request.stream)'" }
}
