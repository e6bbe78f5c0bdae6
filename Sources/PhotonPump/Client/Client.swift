public import Logging
package import PhotonPumpTransport
internal import PhotonPumpWire

/// A client of an EventStore server or cluster, with one TCP connection that any number of tasks share.
///
/// Create one and ``close()`` it at the end, or let ``withClient(_:logger:metrics:tracer:_:)-(String,_,_,_,_)`` do both:
///
/// ```swift
/// try await withClient("tcp://admin:changeit@localhost:1113") { client in
///     try await client.publishEvent(
///         to: "ponies", type: "PonyJumped", body: PonyJumped(height: 10))
///     for try await event in client.iter("ponies") { print(event.type) }
/// }
/// ```
///
/// Calls do not wait for each other: each request is sent at once, and answers may arrive in any order.
///
/// Requests are sent in the order in which the calls are made, so an actor that makes calls in tasks of its own
/// (`Task { … }` in one of its methods), or whoever uses `Task.immediate`, need not await one call before the next.
/// Swift starts the tasks of `addTask`, `async let` and `Task.detached` in any order, hence the calls that they make. A
/// request that a node was not ready for is sent again later, when others may have overtaken it.
///
/// The first call connects, or ``connect()`` does. From then on the client keeps itself connected: when the connection
/// is lost it makes another, and sends unanswered requests again where that is safe, within the time limits of their
/// calls. ``status`` and ``changes`` report on the connection.
///
/// The actor runs on the queue that its socket's readiness events arrive on, so a package gets from the socket to its
/// conversation without a thread switch.
public actor Client {
    /// Provides the user to connect as; called before each attempt.
    public typealias CredentialsProvider = @Sendable () async throws -> Credentials?

    nonisolated let context: ClientContext
    nonisolated let intake: Intake
    var connector: Connector
    var connections: Connections
    let search: NodeSearch
    let calls: Calls
    /// The receivers of what the server pushes.
    var subscribers = Subscribers()
    let workers = Workers()
    var observers: ConnectionObservers
    var upkeep = Upkeep()

    /// The settings this client was created with.
    public nonisolated var configuration: Configuration { self.context.configuration }

    package nonisolated var environment: Environment { self.context.environment }
    nonisolated var executor: QueueExecutor { self.context.executor }
    nonisolated var logger: Logger { self.context.logger }

    /// Creates a client that is not connected yet.
    ///
    /// - Parameters:
    ///   - configuration: where to connect, as which user, and within which limits.
    ///   - credentials: provides the user, instead of the configuration's credentials; called before each attempt to
    ///     connect. If it throws, the attempt fails.
    ///   - selectNode: chooses the node of a cluster to connect to, instead of the configuration's preference.
    ///   - findNode: finds the node to connect to, instead of the configuration's target and gossip. The settings of
    ///     discovery do not apply, but for ``DiscoverySettings/backgroundInterval``.
    ///   - logger: receives `warning` when the connection or a subscription is lost, `info` when it is back, and
    ///     `debug` for everything else; never payloads or passwords. See <doc:Logging>.
    ///   - metrics: makes the instruments of what the client counts and measures; nil for the factory that the program
    ///     has bootstrapped by now. See <doc:Metrics>.
    ///   - tracer: makes the client's spans; nil for the tracer that the program has bootstrapped by now. See
    ///     <doc:Tracing>.
    /// - Throws: ``PhotonPumpError/Code/invalidConfiguration``, naming the invalid setting.
    public init(
        _ configuration: Configuration,
        credentials: CredentialsProvider? = nil,
        selectNode: NodeSelector? = nil,
        findNode: NodeProvider? = nil,
        logger: Logger = Logger(label: "PhotonPump"),
        metrics: MetricsBackend? = nil,
        tracer: TracingBackend? = nil
    ) throws {
        try self.init(
            configuration, credentials: credentials, selectNode: selectNode, findNode: findNode, logger: logger,
            metrics: metrics, tracer: tracer, environment: .system)
    }

    /// The same, in an environment other than that of the machine.
    package init(
        _ configuration: Configuration, credentials: CredentialsProvider? = nil, selectNode: NodeSelector? = nil,
        findNode: NodeProvider? = nil, logger: Logger, metrics: MetricsBackend? = nil, tracer: TracingBackend? = nil,
        environment: Environment
    ) throws {
        let http: any HTTPGetter =
            environment.memory.map { MemoryGetter(host: $0, environment: environment) } ?? CurlGetter()
        try self.init(
            configuration, credentials: credentials, selectNode: selectNode, findNode: findNode, logger: logger,
            metrics: metrics, tracer: tracer, environment: environment, http: http)
    }

    init(
        _ configuration: Configuration, credentials: CredentialsProvider? = nil, selectNode: NodeSelector? = nil,
        findNode: NodeProvider? = nil, logger: Logger, metrics: MetricsBackend? = nil, tracer: TracingBackend? = nil,
        environment: Environment, http: any HTTPGetter
    ) throws {
        let login = try configuration.validated().login
        let context = try ClientContext(configuration, environment, http: http, logger, metrics, tracer)
        let intake = Intake(context)
        let finder = NodeFinder(context, credentials: credentials, selectNode: selectNode, findNode: findNode)
        let client = ClientReference()
        self.context = context
        self.intake = intake
        self.observers = ConnectionObservers(context.metrics)
        self.connector = Connector(configuration.reconnection, now: environment.now)
        self.connections = Connections(context, as: login) { id, event in
            client.perform { $0.happened(event, to: id) }
        }
        self.search = NodeSearch(finder, context) {
            client.perform { $0.searchTimeIsUp() }
        } report: { id, report in
            await client.client?.searchReported(report, of: id)
        }
        let settlements = Settlements(context) {
            client.client?.begin($0)
        } report: { event in
            client.perform { $0.handle(event) }
        }
        self.calls = Calls(context, intake.gate, settlements) {
            client.perform { $0.deadlineReached() }
        }
        client.set(self)
        for risk in configuration.risks { logger.warning("\(risk)") }
    }

    /// Creates a client that is not connected yet, for the server or cluster that a connection string such as
    /// `tcp://admin:changeit@localhost:1113` names.
    ///
    /// - Throws: ``PhotonPumpError/Code/invalidConfiguration``, naming the invalid part.
    public init(
        _ connectionString: String, logger: Logger = Logger(label: "PhotonPump"), metrics: MetricsBackend? = nil,
        tracer: TracingBackend? = nil
    ) throws {
        try self.init(Configuration(connectionString), logger: logger, metrics: metrics, tracer: tracer)
    }

    /// The queue that the connection's events arrive on.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        self.executor.asUnownedSerialExecutor()
    }

    /// Runs tasks on the client's own queue: a call that they await costs no change of threads.
    ///
    /// ```swift
    /// try await withTaskExecutorPreference(client.taskExecutor) {
    ///     for event in events {
    ///         try await client.publishEvent(event, to: "ponies")
    ///     }
    /// }
    /// ```
    /// This is of use to tasks that make many calls, one after another or thousands at once, and do little in between.
    /// While one of them runs, the client does nothing else: it receives nothing, and sends no heartbeat. So they must
    /// not wait in any other way than by `await`, or compute for long. A task that waits for the client by blocking its
    /// thread waits for ever.
    ///
    /// <doc:Performance> says what it is worth.
    public nonisolated var taskExecutor: any TaskExecutor { self.executor.tasks }

    /// Connects, authenticates and identifies this client. Returns when the connection is ready for requests, or at
    /// once if the client is connected already.
    ///
    /// You need not call this, because the first call connects, too. But while a call keeps trying until its time is
    /// up, this fails as soon as the first attempt has failed, with the reason. Two things are waited for, up to
    /// ``Configuration/connectTimeout``: a server that is still starting, which is asked again and again, and a cluster
    /// in which no suitable node is found yet. Cancelling the task abandons the attempt, unless another task waits for
    /// it, too.
    ///
    /// - Throws: ``PhotonPumpError/Code/connectionFailed`` with the cause, ``PhotonPumpError/Code/notAuthenticated``,
    ///   ``PhotonPumpError/Code/discoveryFailed``, ``PhotonPumpError/Code/notHandled`` if the node is not ready, or
    ///   ``PhotonPumpError/Code/clientClosed``.
    public func connect() async throws {
        try await self.connect(until: self.environment.now + CallTerms.longest)
    }

    /// - Parameter deadline: when to fail, unless that is after ``Configuration/connectTimeout``.
    func connect(until deadline: Environment.Instant) async throws {
        let id = self.nextID()
        try await withTaskCancellationHandler {
            try Task.checkCancellation()
            try await withCheckedThrowingContinuation { self.beginConnecting(id, until: deadline, $0) }
        } onCancel: {
            self.post(.cancelConnect(id))
        }
    }
}
