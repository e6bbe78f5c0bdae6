internal import Metrics
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
    private let factory: any MetricsFactory
    private let state = Mutex(State())
    private let requests = Mutex<[RequestKind: Metrics.Timer]>([:])
    private let inFlight, waiting, suspended, connected: Meter
    private let retries: [Retry: Counter]
    private let made: Counter
    private let endings: [Ending: Counter]
    private let withoutConnection, roundTrip: Metrics.Timer
    private let bytesReceived, bytesSent, packagesReceived, packagesSent: Counter
    private let pushed, pushedToConsumers: Counter
    private let answers: [Answer: Counter]

    /// nil if the factory collects nothing.
    init?(_ factory: any MetricsFactory, _ environment: Environment) {
        guard !(factory is NOOPMetricsHandler) else { return nil }
        func counter(_ name: String, _ dimensions: [(String, String)] = []) -> Counter {
            Counter(label: Self.name(name), dimensions: dimensions, factory: factory)
        }
        func counters<Value: CaseIterable & RawRepresentable<String> & Hashable>(
            _ name: String, by dimension: String
        ) -> [Value: Counter] {
            let pairs = Value.allCases.map { ($0, counter(name, [(dimension, $0.rawValue)])) }
            return Dictionary(uniqueKeysWithValues: pairs)
        }
        func meter(_ name: String) -> Meter { Meter(label: Self.name(name), factory: factory) }
        func timer(_ name: String) -> Metrics.Timer { Metrics.Timer(label: Self.name(name), factory: factory) }

        self.environment = environment
        self.factory = factory
        self.inFlight = meter("requests_in_flight")
        self.waiting = meter("requests_waiting")
        self.suspended = meter("calls_suspended")
        self.connected = meter("clients_connected")
        self.retries = counters("retries_total", by: "reason")
        self.made = counter("connections_made_total")
        self.endings = counters("connections_ended_total", by: "reason")
        self.withoutConnection = timer("time_without_connection")
        self.roundTrip = timer("heartbeat_round_trip")
        self.bytesReceived = counter("bytes_total", [("direction", "in")])
        self.bytesSent = counter("bytes_total", [("direction", "out")])
        self.packagesReceived = counter("packages_total", [("direction", "in")])
        self.packagesSent = counter("packages_total", [("direction", "out")])
        self.pushed = counter("events_pushed_total", [("subscription", "volatile")])
        self.pushedToConsumers = counter("events_pushed_total", [("subscription", "persistent")])
        self.answers = counters("deliveries_answered_total", by: "action")
    }

    deinit {
        self.change(from: self.state.withLock { $0 }, to: State())
    }

    /// The prefix keeps them together, and apart from those of others.
    private static func name(_ name: String) -> String { "photonpump_\(name)" }

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
            let timer = Metrics.Timer(
                label: Self.name("request_duration"), dimensions: dimensions, factory: self.factory)
            requests[kind] = timer
            return timer
        }
        timer.record(duration: self.now - begun)
    }

    private static func name(of outcome: Result<some Sendable, any Error>) -> String {
        switch outcome {
        case .success: "success"
        case .failure(let error as PhotonPumpError): error.code.description
        case .failure(is CancellationError): "cancelled"
        case .failure: "otherError"
        }
    }

    func retried(_ reason: Retry) { self.retries[reason]?.increment() }

    /// So many calls are under way.
    func note(_ load: ClientLoad) {
        self.change { $0.load = load }
    }

    // MARK: Connections

    func note(_ change: ConnectionChange) {
        switch change {
        case .connected:
            self.made.increment()
            self.change { $0.isConnected = true }
            self.endTimeWithoutConnection()
        case .disconnected(let error):
            let ending = Ending(of: error)
            self.endings[ending]?.increment()
            guard ending != .moved else { return }
            let now = self.now
            self.change { ($0.isConnected, $0.lost) = (false, now) }
        case .closed:
            if self.state.withLock({ $0.isConnected }) { self.endings[.closed]?.increment() }
            self.change { $0.isConnected = false }
            self.endTimeWithoutConnection()
        case .gaveUp, .authenticationFailed: self.endTimeWithoutConnection()
        case .reconnecting: break
        }
    }

    private func endTimeWithoutConnection() {
        guard let lost = self.state.withLock({ $0.lost.take() }) else { return }
        self.withoutConnection.record(duration: self.now - lost)
    }

    /// An attempt to find a node, or to connect to it, has failed.
    func failedToConnect(_ code: PhotonPumpError.Code) {
        // Rare enough to be made each time.
        let dimensions = [("reason", code.description)]
        Counter(label: Self.name("connection_attempts_failed_total"), dimensions: dimensions, factory: self.factory)
            .increment()
    }

    func heartbeat(took duration: Duration) { self.roundTrip.record(duration: duration) }

    func received(bytes: Int, packages: Int) {
        self.bytesReceived.increment(by: bytes)
        self.packagesReceived.increment(by: packages)
    }

    func sent(bytes: Int, packages: Int) {
        self.bytesSent.increment(by: bytes)
        self.packagesSent.increment(by: packages)
    }

    // MARK: Subscriptions

    /// The server has pushed something to a subscription.
    func pushed(_ command: Command) {
        switch command {
        case .streamEventAppeared: self.pushed.increment()
        case .persistentSubscriptionStreamEventAppeared: self.pushedToConsumers.increment()
        default: break
        }
    }

    /// The server is told something that has no answer.
    func told(_ message: any WireMessage) {
        switch message {
        case let message as PersistentSubscriptionAckEvents:
            self.answers[.acknowledge]?.increment(by: message.eventIDs.count)
        case let message as PersistentSubscriptionNakEvents:
            self.answers[Answer(message.action)]?.increment(by: message.eventIDs.count)
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
        Self.change(self.inFlight, by: new.load.inFlight - old.load.inFlight)
        Self.change(self.waiting, by: new.load.waiting - old.load.waiting)
        Self.change(self.suspended, by: new.load.suspended - old.load.suspended)
        Self.change(self.connected, by: (new.isConnected ? 1 : 0) - (old.isConnected ? 1 : 0))
    }

    private static func change(_ meter: Meter, by difference: Int) {
        if difference > 0 { meter.increment(by: Double(difference)) }
        if difference < 0 { meter.decrement(by: Double(-difference)) }
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
