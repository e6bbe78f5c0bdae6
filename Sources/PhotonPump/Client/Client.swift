public import Logging
internal import PhotonPumpTransport
internal import PhotonPumpWire
internal import Synchronization

/// A client of an EventStore server or cluster, with one TCP connection that any number of tasks share.
///
/// Create one and ``close()`` it at the end, or let ``withClient(_:logger:_:)-(String,_,_)`` do both:
///
/// ```swift
/// try await withClient("tcp://admin:changeit@localhost:1113") { client in
///     try await client.publishEvent(to: "ponies", type: "PonyJumped", body: PonyJumped(height: 10))
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

    /// The settings this client was created with.
    public nonisolated let configuration: Configuration

    enum Message: Sendable {
        case begin(any OpenExchange)
        case cancel(GUID)
        case tell(any WireMessage, Command, GUID, Login?)
        case leave(GUID)
        case standInLine(any OpenExchange)
        case letIn
        case cancelConnect(GUID)
    }

    /// What the connector needs in its current phase.
    enum Link {
        case none
        case finding
        case attempting(ConnectionAttempt)
        case connected(PackageChannel, Heartbeat)
    }

    nonisolated let environment: Environment
    nonisolated let executor: QueueExecutor
    nonisolated let mailbox = Mailbox<Message>()
    nonisolated let ids = CorrelationIDs()
    /// Whether no call is waiting, so that there is no one to share a write with.
    nonisolated let isQuiet = Atomic(true)
    nonisolated let gate: CallGate
    /// Whether calls are refused because the client is closed or about to be.
    nonisolated let isClosing = Atomic(false)
    /// Whether nothing more is handed out.
    nonisolated let isClosed = Atomic(false)
    nonisolated let iterations = Iterations()
    let finder: NodeFinder
    let tls: TLSContext?
    let logger: Logger

    var connector: Connector
    var link = Link.none
    /// A connection in the making to a node that is to be the next one; the present one is kept until it is ready.
    var successor: ConnectionAttempt?
    /// Looks for such a node.
    var successorSearch: Task<Void, Never>?
    /// Whether that was done since the last successor that was named could not be reached.
    var hasLookedElsewhere = false
    /// Whether a successor could not be reached, and nothing has shown since that its requests are served.
    var isStranded = false
    /// The connection that was left for the present one, until its last answer has come.
    var departure: Departure?
    /// Requests that wait for the successor.
    var redirected: Set<GUID> = []
    var login: Login?
    /// The user of the last successful connection.
    var acceptedLogin: Login?
    /// Since when the server has refused that user; nil while it does not.
    var refusedSince: ContinuousClock.Instant?
    /// The node that is connected to, or being tried.
    var node: NodeFinder.Node?
    /// Where the node was found, and when; the next search begins there.
    var gossip: (document: ClusterGossip, heard: ContinuousClock.Instant)?
    /// How far the current search has come.
    var searching = NodeFinder.Progress.begun
    var phaseBegan = ContinuousClock.now
    var lastError: PhotonPumpError?
    var heartbeatRoundTrip: Duration?
    /// The heartbeat that awaits its answer.
    var heartbeat: (id: GUID, sent: ContinuousClock.Instant)?
    /// Searches for a node, or for a better one.
    var search: Task<Void, Never>?
    let happenings = Broadcast<ConnectionChange> { if case .closed = $0 { true } else { false } }

    var table: ConversationTable<any OpenExchange>
    /// Streams with writes of which it is being found out whether they were made.
    var settlings: [String: Settling] = [:]
    nonisolated let knownEnds = KnownEnds()
    /// Calls beyond the limits, in order.
    var line = ConversationTable<any OpenExchange>(limit: .max)
    /// The receivers of what the server pushes.
    var subscribers = Subscribers()
    var connectWaiters: [GUID: ConnectWaiter] = [:]
    var drainWaiters: [DrainWaiter] = []
    /// Closes the client that only the caller's own work keeps open.
    var lastCall: QueueTimer?
    /// Workers, each with the closure that stops it.
    var workers: [GUID: @Sendable () -> Void] = [:]
    /// Requests that do not use the connection.
    var requests: [GUID: Outcome<[UInt8]>] = [:]
    /// Subscriptions that are waiting to try again; no more than there are subscriptions.
    var pauses: [GUID: @Sendable () -> Void] = [:]
    var timer: QueueTimer?
    var deadlineTimer: QueueTimer?
    /// When the timer fires; nil when it is not set.
    var deadlineWatch: ContinuousClock.Instant?

    /// Creates a client that is not connected yet.
    ///
    /// - Parameters:
    ///   - configuration: where to connect, as which user, and within which limits.
    ///   - credentials: provides the user, instead of the configuration's credentials; called before each attempt to
    ///     connect. If it throws, the attempt fails.
    ///   - selectNode: chooses the node of a cluster to connect to, instead of the configuration's preference.
    ///   - logger: receives `warning` when the connection or a subscription is lost, `info` when it is back, and
    ///     `debug` for everything else; never payloads or passwords. See <doc:Logging>.
    /// - Throws: ``PhotonPumpError/Code/invalidConfiguration``, naming the invalid setting.
    public init(
        _ configuration: Configuration,
        credentials: CredentialsProvider? = nil,
        selectNode: NodeSelector? = nil,
        logger: Logger = Logger(label: "PhotonPump")
    ) throws {
        try self.init(
            configuration, credentials: credentials, selectNode: selectNode, logger: logger, environment: .system)
    }

    /// The same, in an environment other than that of the machine.
    init(
        _ configuration: Configuration, credentials: CredentialsProvider? = nil, selectNode: NodeSelector? = nil,
        logger: Logger, environment: Environment
    ) throws {
        let validated = try configuration.validated()
        self.configuration = configuration
        self.login = validated.login
        self.tls = try configuration.tls?.context()
        self.finder = NodeFinder(configuration, credentials: credentials, selectNode: selectNode, logger: logger)
        self.logger = logger
        self.environment = environment
        self.executor = environment.executor(label: "photonpump.client")
        self.gate = CallGate(limit: configuration.maximumInFlight, andWaiting: configuration.maximumWaiting)
        self.table = ConversationTable(limit: configuration.maximumInFlight)
        self.connector = Connector(configuration.reconnection)
        for risk in configuration.risks { logger.warning("\(risk)") }
    }

    /// Creates a client that is not connected yet, for the server or cluster that a connection string such as
    /// `tcp://admin:changeit@localhost:1113` names.
    ///
    /// - Throws: ``PhotonPumpError/Code/invalidConfiguration``, naming the invalid part.
    public init(_ connectionString: String, logger: Logger = Logger(label: "PhotonPump")) throws {
        try self.init(Configuration(connectionString), logger: logger)
    }

    deinit {
        self.search?.cancel()
        self.successorSearch?.cancel()
    }

    /// The queue that the connection's events arrive on.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        self.executor.asUnownedSerialExecutor()
    }

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
        let id = self.ids.next()
        try await withTaskCancellationHandler {
            try Task.checkCancellation()
            try await withCheckedThrowingContinuation { self.beginConnecting(id, $0) }
        } onCancel: {
            self.post(.cancelConnect(id))
        }
    }
}
