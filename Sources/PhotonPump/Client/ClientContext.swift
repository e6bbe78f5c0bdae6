internal import Logging
internal import PhotonPumpTransport
internal import Synchronization

/// What all parts of a client share: its settings, its surroundings, and the queue that it runs on.
final class ClientContext: Sendable {
    let configuration: Client.Configuration
    let environment: Environment
    let http: any HTTPGetter
    let executor: QueueExecutor
    let tls: TLSContext?
    let logger: Logger
    /// nil if nobody collects them.
    let metrics: ClientMetrics?
    /// nil if nobody collects spans.
    let tracing: ClientTracing?
    private let served = Atomic(0)

    /// - Throws: ``PhotonPumpError/Code/invalidConfiguration``.
    init(
        _ configuration: Client.Configuration, _ environment: Environment, http: any HTTPGetter, _ logger: Logger,
        _ metrics: Client.MetricsBackend? = nil, _ tracer: Client.TracingBackend? = nil
    ) throws {
        self.configuration = configuration
        self.environment = environment
        self.http = http
        self.executor = environment.executor(label: "photonpump.client")
        self.tls = try configuration.tls?.context()
        var logger = logger
        logger[metadataKey: LogKey.connection] = "\(configuration.connectionName)"
        self.logger = logger
        self.metrics = ClientMetrics(metrics, environment)
        self.tracing = ClientTracing(tracer, configuration, environment)
    }

    /// How many connections have served so far.
    var connectionNumber: Int { self.served.load(ordering: .relaxed) }

    /// From now on requests are sent on another connection.
    func noteConnection() { self.served.add(1, ordering: .relaxed) }

    /// A timer on the client's queue.
    func timer(_ fired: @escaping () -> Void) -> QueueTimer { self.environment.timer(on: self.executor, fired) }

    /// A timer on the client's queue, which fires at this time if it is kept until then.
    func timer(at instant: Environment.Instant, _ fired: @escaping () -> Void) -> QueueTimer {
        let timer = self.timer(fired)
        timer.schedule(after: instant - self.environment.now)
        return timer
    }

    /// The pause before something is tried again.
    func backoff(attempts: Int) -> Duration {
        Backoff().delay(attempts: attempts, chance: self.environment.chance())
    }
}
