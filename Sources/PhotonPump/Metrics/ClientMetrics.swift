internal import PhotonPumpTransport
internal import PhotonPumpWire
internal import Synchronization

/// What a client counts and measures. There is none where nobody collects it, so that it costs a client without a backend
/// one look at a nil.
///
/// The instruments are made with it, except for the timers of requests: those come with their first value, because few
/// clients make all kinds of requests and meet all kinds of errors. Clients with the same factory share instruments, so
/// meters are changed by differences, never set. The article Metrics lists them.
final class ClientMetrics: Sendable {
    /// Why a request is sent again.
    enum Retry: String, CaseIterable { case notHandled, redirected, serverTimeout, connectionLost, moved, tooLarge }

    /// Why a connection ended.
    enum Ending: String, CaseIterable { case network, silence, server, moved, closed }

    /// What ends a delivery of a persistent subscription.
    enum Answer: String, CaseIterable { case acknowledge, unknown, park, retry, skip, stop }

    private struct RequestKind: Hashable {
        let command: Command
        let outcome: String
    }

    private struct State {
        var load = ClientLoad()
        var isConnected = false
        /// When the connection was lost that there is no successor to yet.
        var lost: Environment.Instant?
    }

    private let environment: Environment
    private let instruments: Instruments
    private let state = Mutex(State())
    private let requests = Mutex<[RequestKind: @Sendable (Duration) -> Void]>([:])
    private let inFlight, waiting, suspended, connected: @Sendable (Int) -> Void
    private let retries: [Retry: @Sendable (Int) -> Void]
    private let made: @Sendable (Int) -> Void
    private let endings: [Ending: @Sendable (Int) -> Void]
    private let withoutConnection, roundTrip: @Sendable (Duration) -> Void
    private let bytesReceived, bytesSent, packagesReceived, packagesSent: @Sendable (Int) -> Void
    private let pushed, pushedToConsumers: @Sendable (Int) -> Void
    private let redelivered, read: @Sendable (Int) -> Void
    private let answers: [Answer: @Sendable (Int) -> Void]

    /// nil if the backend collects nothing.
    init?(_ backend: Client.MetricsBackend?, _ environment: Environment) {
        guard let instruments = Instruments(backend) else { return nil }
        func counters<Value: CaseIterable & RawRepresentable<String> & Hashable>(
            _ name: String, by dimension: String
        ) -> [Value: @Sendable (Int) -> Void] {
            let pairs = Value.allCases.map { ($0, instruments.counter(name, [(dimension, $0.rawValue)])) }
            return Dictionary(uniqueKeysWithValues: pairs)
        }

        self.environment = environment
        self.instruments = instruments
        self.inFlight = instruments.meter("requests_in_flight")
        self.waiting = instruments.meter("requests_waiting")
        self.suspended = instruments.meter("calls_suspended")
        self.connected = instruments.meter("clients_connected")
        self.retries = counters("retries_total", by: "reason")
        self.made = instruments.counter("connections_made_total")
        self.endings = counters("connections_ended_total", by: "reason")
        self.withoutConnection = instruments.timer("time_without_connection")
        self.roundTrip = instruments.timer("heartbeat_round_trip")
        self.bytesReceived = instruments.counter("bytes_total", [("direction", "in")])
        self.bytesSent = instruments.counter("bytes_total", [("direction", "out")])
        self.packagesReceived = instruments.counter("packages_total", [("direction", "in")])
        self.packagesSent = instruments.counter("packages_total", [("direction", "out")])
        self.pushed = instruments.counter("events_pushed_total", [("kind", "volatile")])
        self.pushedToConsumers = instruments.counter("events_pushed_total", [("kind", "persistent")])
        self.redelivered = instruments.counter("events_redelivered_total")
        self.read = instruments.counter("events_read_total")
        self.answers = counters("deliveries_answered_total", by: "action")
    }

    deinit {
        self.change(from: self.state.withLock { $0 }, to: State())
    }

    private var now: Environment.Instant { self.environment.now }

    // MARK: Requests

    /// When a request that begins now has begun, for ``ended(_:_:begun:)``.
    func begin() -> Environment.Instant { self.now }

    /// A request is over.
    func ended(_ command: Command, _ outcome: Result<some Sendable, any Error>, begun: Environment.Instant) {
        let kind = RequestKind(command: command, outcome: Self.name(of: outcome))
        let timer = self.requests.withLock { requests in
            if let timer = requests[kind] { return timer }
            let dimensions = [("command", "\(command)"), ("outcome", kind.outcome)]
            let timer = self.instruments.timer("request_duration", dimensions)
            requests[kind] = timer
            return timer
        }
        timer(self.now - begun)
        guard case .success(let output) = outcome else { return }
        switch output {
        case let page as ReadStreamEventsCompleted: self.read(page.events.count)
        case let page as AllPage: self.read(page.events.count)
        case is ResolvedEvent: self.read(1)
        default: break
        }
    }

    private static func name(of outcome: Result<some Sendable, any Error>) -> String {
        switch outcome {
        case .success: "success"
        case .failure(let error as PhotonPumpError): error.code.description
        case .failure(is CancellationError): "cancelled"
        case .failure: "otherError"
        }
    }

    func retried(_ reason: Retry) { self.retries[reason]?(1) }

    /// So many calls are under way.
    func note(_ load: ClientLoad) {
        self.change { $0.load = load }
    }

    // MARK: Connections

    func note(_ change: ConnectionChange) {
        switch change {
        case .connected:
            self.made(1)
            self.change { $0.isConnected = true }
            self.endTimeWithoutConnection()
        case .disconnected(let error):
            let ending = Ending(of: error)
            self.endings[ending]?(1)
            guard ending != .moved else { return }
            let now = self.now
            self.change { ($0.isConnected, $0.lost) = (false, now) }
        case .closed:
            if self.state.withLock({ $0.isConnected }) { self.endings[.closed]?(1) }
            self.change { $0.isConnected = false }
            self.endTimeWithoutConnection()
        case .gaveUp, .authenticationFailed: self.endTimeWithoutConnection()
        case .reconnecting: break
        }
    }

    private func endTimeWithoutConnection() {
        guard let lost = self.state.withLock({ $0.lost.take() }) else { return }
        self.withoutConnection(self.now - lost)
    }

    /// An attempt to find a node, or to connect to it, has failed.
    func failedToConnect(_ code: PhotonPumpError.Code) {
        // Rare enough to be made each time.
        self.instruments.counter("connection_attempts_failed_total", [("reason", code.description)])(1)
    }

    func heartbeat(took duration: Duration) { self.roundTrip(duration) }

    func received(bytes: Int, packages: Int) {
        self.bytesReceived(bytes)
        self.packagesReceived(packages)
    }

    func sent(bytes: Int, packages: Int) {
        self.bytesSent(bytes)
        self.packagesSent(packages)
    }

    // MARK: Subscriptions

    /// The server has pushed something to a subscription.
    func pushed(_ command: Command) {
        switch command {
        case .streamEventAppeared: self.pushed(1)
        case .persistentSubscriptionStreamEventAppeared: self.pushedToConsumers(1)
        default: break
        }
    }

    /// An event was delivered that had been delivered before.
    func redeliveredEvent() { self.redelivered(1) }

    /// A subscription begins.
    ///
    /// - Parameter name: what its user calls it.
    func subscription(_ kind: SubscriptionMetrics.Kind, name: String?) -> SubscriptionMetrics {
        SubscriptionMetrics(self.instruments, kind, name: name)
    }

    /// The server is told something that has no answer.
    func told(_ message: any WireMessage) {
        switch message {
        case let message as PersistentSubscriptionAckEvents:
            self.answers[.acknowledge]?(message.eventIDs.count)
        case let message as PersistentSubscriptionNakEvents:
            self.answers[Answer(message.action)]?(message.eventIDs.count)
        default: break
        }
    }

    // MARK: Meters

    private func change(_ body: (inout State) -> Void) {
        let (old, new) = self.state.withLock { state in
            let old = state
            body(&state)
            return (old, state)
        }
        self.change(from: old, to: new)
    }

    private func change(from old: State, to new: State) {
        self.inFlight(new.load.inFlight - old.load.inFlight)
        self.waiting(new.load.waiting - old.load.waiting)
        self.suspended(new.load.suspended - old.load.suspended)
        self.connected((new.isConnected ? 1 : 0) - (old.isConnected ? 1 : 0))
    }
}

extension ClientMetrics.Ending {
    /// - Parameter error: see ``ConnectionChange/disconnected(_:)``.
    fileprivate init(of error: PhotonPumpError) {
        self =
            switch error.underlying {
            case nil: .moved
            case let cause as PhotonPumpError: cause.code == .connectionLost ? .silence : .server
            default: .network
            }
    }
}

extension ClientMetrics.Answer {
    fileprivate init(_ action: PersistentSubscriptionNakEvents.Action) {
        self =
            switch action {
            case .park: .park
            case .retry: .retry
            case .skip: .skip
            case .stop: .stop
            default: .unknown
            }
    }
}
