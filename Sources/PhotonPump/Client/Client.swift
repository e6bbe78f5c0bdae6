public import Logging
internal import PhotonPumpTransport
internal import PhotonPumpWire
internal import Synchronization

/// A client of an EventStore server, over one TCP connection that any number of tasks share.
///
/// Make one, ``connect()`` it, and ``close()`` it at the end; or let
/// ``withClient(_:logger:_:)-(String,_,_)`` do that:
///
/// ```swift
/// try await withClient("tcp://admin:changeit@localhost:1113") { client in
///     try await client.publishEvent(to: "ponies", type: "PonyJumped", body: PonyJumped(height: 10))
///     for try await event in client.iter("ponies") { print(event.type) }
/// }
/// ```
///
/// Calls do not wait for each other: each is sent at once, and gets its answer whenever that comes. When the
/// connection is lost, the calls that wait fail with ``PhotonPumpError/Code/connectionLost``, and ``connect()`` may be
/// called again.
///
/// The actor runs on the queue on which its socket's readiness events arrive, so that a package travels from the
/// socket to its conversation without a change of threads.
public actor Client {
    /// The settings this client was made with.
    public nonisolated let configuration: Configuration

    enum Message: Sendable {
        case begin(any OpenExchange)
        case cancel(GUID)
        case standInLine(Caller)
        case letIn
        case cancelConnect(GUID)
    }

    enum State {
        /// Not connected. `cause` says why, if it was once. Exits: locating, closed.
        case idle(cause: PhotonPumpError?)
        /// Looking up the name, then connecting. Exits: handshaking, idle, closed.
        case locating(SocketConnector?)
        /// Exits: connected, idle, closed.
        case handshaking(PackageChannel, Handshake)
        /// Exits: idle, closed.
        case connected(PackageChannel, Heartbeat)
        /// For good.
        case closed
    }

    nonisolated let executor: QueueExecutor
    nonisolated let mailbox = Mailbox<Message>()
    nonisolated let ids = CorrelationIDs()
    /// Whether no call is waiting, so that there is nobody to share a write with.
    nonisolated let isQuiet = Atomic(true)
    let gate: CallGate
    let login: Login?
    let logger: Logger
    var state = State.idle(cause: nil)
    var table: ConversationTable<any OpenExchange>
    /// Calls beyond those that the limits let in, in order.
    var line = ConversationTable<Caller>(limit: .max)
    var connectWaiters: [GUID: CheckedContinuation<Void, any Error>] = [:]
    var timer: QueueTimer?
    var deadlineTimer: QueueTimer?
    /// When the timer fires; nil when it is not set.
    var deadlineWatch: ContinuousClock.Instant?
    /// Counts connections, so that events of an earlier one are recognised.
    var attempt = 0

    /// A client that is not connected yet.
    ///
    /// - Parameters:
    ///   - configuration: where to connect, as whom, and within which limits.
    ///   - logger: gets `debug` for what the connection does and `warning` for its loss; never payloads or passwords.
    /// - Throws: ``PhotonPumpError/Code/invalidConfiguration``, naming the setting that is wrong.
    public init(_ configuration: Configuration, logger: Logger = Logger(label: "PhotonPump")) throws {
        let validated = try configuration.validated()
        self.configuration = configuration
        self.login = validated.login
        self.logger = logger
        self.executor = QueueExecutor(label: "photonpump.client")
        self.gate = CallGate(limit: configuration.maximumInFlight, andWaiting: configuration.maximumWaiting)
        self.table = ConversationTable(limit: configuration.maximumInFlight)
    }

    /// A client that is not connected yet, for the server that a connection string such as
    /// `tcp://admin:changeit@localhost:1113` names.
    ///
    /// - Throws: ``PhotonPumpError/Code/invalidConfiguration``, naming the part that is wrong.
    public init(_ connectionString: String, logger: Logger = Logger(label: "PhotonPump")) throws {
        try self.init(Configuration(connectionString), logger: logger)
    }

    /// The queue that the connection's events arrive on.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        self.executor.asUnownedSerialExecutor()
    }

    /// Connects, authenticates and identifies this client. Returns when the server can serve it, at once if it is
    /// connected already.
    ///
    /// Cancelling the task gives the attempt up, unless another task waits for it too.
    ///
    /// - Throws: ``PhotonPumpError/Code/connectionFailed`` with the cause, ``PhotonPumpError/Code/notAuthenticated``,
    ///   ``PhotonPumpError/Code/notHandled`` when the node is not ready, or ``PhotonPumpError/Code/clientClosed``.
    public func connect() async throws {
        let id = self.ids.next()
        try await withTaskCancellationHandler {
            try Task.checkCancellation()
            try await withCheckedThrowingContinuation { self.beginConnecting(id, $0) }
        } onCancel: {
            self.post(.cancelConnect(id))
        }
    }

    /// Closes the connection for good. Calls that wait have failed with ``PhotonPumpError/Code/clientClosed`` when it
    /// returns, and so does every later one. Closing again does nothing.
    public func close() {
        self.turn {}
        if case .closed = self.state { return }
        let waiting = PhotonPumpError(.clientClosed, "the client was closed while this call waited")
        self.dismissLine(waiting)
        self.end(
            .closed,
            waiting: waiting,
            connecting: PhotonPumpError(.clientClosed, "the client was closed while it connected")
        )
        self.logger.debug("closed")
    }
}
