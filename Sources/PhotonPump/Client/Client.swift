public import Logging
internal import PhotonPumpTransport
internal import PhotonPumpWire
internal import Synchronization

/// A client of an EventStore server or cluster, over one TCP connection that any number of tasks share.
///
/// Make one, and ``close()`` it at the end; or let ``withClient(_:logger:_:)-(String,_,_)`` do that:
///
/// ```swift
/// try await withClient("tcp://admin:changeit@localhost:1113") { client in
///     try await client.publishEvent(to: "ponies", type: "PonyJumped", body: PonyJumped(height: 10))
///     for try await event in client.iter("ponies") { print(event.type) }
/// }
/// ```
///
/// Calls do not wait for each other: each is sent at once, and gets its answer whenever that comes.
///
/// The first call connects, or ``connect()`` does. From then on the client sees to it that there is a connection: when
/// it is lost another one is made, and requests without an answer are sent again where that is safe, within the time of
/// their calls. ``status`` and ``changes`` tell where it stands.
///
/// The actor runs on the queue on which its socket's readiness events arrive, so that a package travels from the
/// socket to its conversation without a change of threads.
public actor Client {
    /// Finds out as whom to connect; asked before each attempt.
    public typealias CredentialsProvider = @Sendable () async throws -> Credentials?

    /// The settings this client was made with.
    public nonisolated let configuration: Configuration

    enum Message: Sendable {
        case begin(any OpenExchange)
        case cancel(GUID)
        case tell(any WireMessage, Command, GUID, Login?)
        case leave(GUID)
        case standInLine(Caller)
        case letIn
        case cancelConnect(GUID)
    }

    /// What the connector's phase needs to go on.
    enum Link {
        case none
        case finding
        case locating(SocketConnector?)
        case handshaking(PackageChannel, Handshake)
        case connected(PackageChannel, Heartbeat)
    }

    nonisolated let executor: QueueExecutor
    nonisolated let mailbox = Mailbox<Message>()
    nonisolated let ids = CorrelationIDs()
    /// Whether no call is waiting, so that there is nobody to share a write with.
    nonisolated let isQuiet = Atomic(true)
    nonisolated let gate: CallGate
    /// Whether calls are refused, because the client is closed or about to be.
    nonisolated let isClosing = Atomic(false)
    let finder: NodeFinder
    let tls: TLSContext?
    let logger: Logger
    /// Finds the addresses of a node, anew for each attempt. Tests have names of their own.
    var resolve = AddressResolver.resolve

    var connector: Connector
    var link = Link.none
    var login: Login?
    /// As whom the last connection was made.
    var acceptedLogin: Login?
    /// Since when that user is refused; nil while that is not so.
    var refusedSince: ContinuousClock.Instant?
    /// The node that is connected to, or tried.
    var node: NodeFinder.Node?
    /// Where it was found, to begin the next search with.
    var gossip: ClusterGossip?
    var phaseBegan = ContinuousClock.now
    var lastError: PhotonPumpError?
    var heartbeatRoundTrip: Duration?
    /// The heartbeat on its way.
    var heartbeat: (id: GUID, sent: ContinuousClock.Instant)?
    /// Looks for a node, or for a better one.
    var search: Task<Void, Never>?
    var listeners: [GUID: AsyncStream<ConnectionChange>.Continuation] = [:]

    var table: ConversationTable<any OpenExchange>
    /// Calls beyond those that the limits let in, in order.
    var line = ConversationTable<Caller>(limit: .max)
    /// Who hears what the server pushes.
    var subscribers = Subscribers()
    var connectWaiters: [GUID: ConnectWaiter] = [:]
    var drainWaiters: [CheckedContinuation<Void, Never>] = []
    /// Those who deal with events, by what asks them to stop.
    var workers: [GUID: @Sendable () -> Void] = [:]
    /// Subscriptions that will try again in a while: not more than there are.
    var pauses: [GUID: @Sendable () -> Void] = [:]
    var timer: QueueTimer?
    var deadlineTimer: QueueTimer?
    /// When the timer fires; nil when it is not set.
    var deadlineWatch: ContinuousClock.Instant?

    /// A client that is not connected yet.
    ///
    /// - Parameters:
    ///   - configuration: where to connect, as whom, and within which limits.
    ///   - credentials: as whom to connect, asked before each attempt, instead of the configuration's credentials. What
    ///     it throws makes the attempt fail.
    ///   - selectNode: which node of a cluster to connect to, instead of the configuration's preference.
    ///   - logger: gets `warning` for the loss of the connection and of subscriptions, `info` when they are there again,
    ///     and `debug` for what happens otherwise; never payloads or passwords.
    /// - Throws: ``PhotonPumpError/Code/invalidConfiguration``, naming the setting that is wrong.
    public init(
        _ configuration: Configuration,
        credentials: CredentialsProvider? = nil,
        selectNode: NodeSelector? = nil,
        logger: Logger = Logger(label: "PhotonPump")
    ) throws {
        let validated = try configuration.validated()
        self.configuration = configuration
        self.login = validated.login
        self.tls = try configuration.tls?.context()
        self.finder = NodeFinder(configuration, credentials: credentials, selectNode: selectNode)
        self.logger = logger
        self.executor = QueueExecutor(label: "photonpump.client")
        self.gate = CallGate(limit: configuration.maximumInFlight, andWaiting: configuration.maximumWaiting)
        self.table = ConversationTable(limit: configuration.maximumInFlight)
        self.connector = Connector(configuration.reconnection)
        if configuration.tls?.trust == .insecureWithoutVerification {
            logger.warning("TLS without verification: whoever is reached is taken for the server")
        }
    }

    /// A client that is not connected yet, for the server or cluster that a connection string such as
    /// `tcp://admin:changeit@localhost:1113` names.
    ///
    /// - Throws: ``PhotonPumpError/Code/invalidConfiguration``, naming the part that is wrong.
    public init(_ connectionString: String, logger: Logger = Logger(label: "PhotonPump")) throws {
        try self.init(Configuration(connectionString), logger: logger)
    }

    deinit {
        for listener in self.listeners.values { listener.finish() }
        self.search?.cancel()
    }

    /// The queue that the connection's events arrive on.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        self.executor.asUnownedSerialExecutor()
    }

    /// Connects, authenticates and identifies this client. Returns when the server can serve it, at once if it is
    /// connected already.
    ///
    /// Nobody has to call this: the first call connects, too. But this says at once what is wrong, when the first
    /// attempt fails; a server that says that it is still starting is given until ``Configuration/connectTimeout``.
    /// Cancelling the task gives the attempt up, unless somebody else waits for it too.
    ///
    /// - Throws: ``PhotonPumpError/Code/connectionFailed`` with the cause, ``PhotonPumpError/Code/notAuthenticated``,
    ///   ``PhotonPumpError/Code/discoveryFailed``, ``PhotonPumpError/Code/notHandled`` when the node is not ready, or
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
