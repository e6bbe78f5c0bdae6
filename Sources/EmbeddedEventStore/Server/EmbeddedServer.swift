internal import Dispatch
public import Logging
internal import PhotonPumpTransport
internal import PhotonPumpWire

/// An EventStore in this process, speaking the TCP protocol over real sockets; for tests and demonstrations.
///
/// It writes and reads events, serves volatile, filtered and persistent subscriptions, and knows access lists, links and
/// transactions. Persistent subscriptions keep their settings and checkpoints in streams, as EventStore does: they
/// survive whatever the events survive.
///
/// Events live in memory, for as long as the server does. It can be stopped and started again, on the same ports and
/// with its events; ``withEmbeddedServer(_:logger:_:)`` does both in one scope.
///
/// ```swift
/// try await withEmbeddedServer { server in
///     let address = await server.connectionString
///     …
/// }
/// ```
public actor EmbeddedServer {
    let configuration: Configuration
    let logger: Logger
    nonisolated let executor: QueueExecutor
    let commons: Commons
    /// Its place in the cluster, from 0.
    let number: Int
    var connections: [Int: ServerConnection] = [:]
    var connectionsAccepted = 0
    /// The connections with something to send that is no answer.
    var delivered: Set<Int> = []
    let injector = FaultInjector()
    var countWaiters: [Int: CountWaiter] = [:]
    var countWaitersMade = 0
    /// What a running server listens with.
    var listeners: Listeners?
    var tlsContext: TLSContext?
    var reservations: [PortReservation] = []
    let lifecycle = Turns()

    /// The TCP port for plain connections. It is what the configuration says until the first start, and then the one
    /// taken.
    public internal(set) var port: Int
    /// The TCP port for TLS, as ``port``; nil without TLS.
    public internal(set) var tlsPort: Int?
    /// The HTTP port, as ``port``; nil without HTTP.
    public internal(set) var httpPort: Int?

    /// The queue on which the server's sockets report readiness.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    /// - Parameter logger: told of connections coming and going and of bad requests, at levels up to info.
    public init(_ configuration: Configuration = .init(), logger: Logger = Logger(label: "embedded-eventstore")) {
        let address = NodeAddress(configuration)
        self.init(configuration, Commons([address], configuration), number: 0, logger: logger)
    }

    /// A node of a cluster.
    init(_ configuration: Configuration, _ commons: Commons, number: Int, logger: Logger) {
        self.configuration = configuration
        self.commons = commons
        self.executor = commons.executor
        self.number = number
        self.logger = logger
        self.port = configuration.port
        self.tlsPort = configuration.tls?.port
        self.httpPort = configuration.httpPort
    }

    /// Starts listening, and returns when clients can connect. A server that runs already goes on.
    ///
    /// - Throws: ``EmbeddedServerError`` with ``EmbeddedServerError/Code/invalidConfiguration`` or
    ///   ``EmbeddedServerError/Code/cannotListen``; nothing is left running then.
    public func start() async throws {
        try await self.start(alone: false)
    }

    /// - Parameter alone: whether it finds nobody else of its cluster.
    func start(alone: Bool) async throws {
        await self.lifecycle.take()
        defer { self.lifecycle.give() }
        guard self.listeners == nil else { return }
        try self.configuration.validate()
        try await self.openPorts(alone: alone)
    }

    /// Closes all connections and stops listening; returns when the ports are free. The events stay. A server that
    /// does not run stays as it is.
    public func stop() async {
        await self.stop(electing: .immediate)
    }

    /// - Parameters:
    ///   - election: how its cluster gets another master, if this one is it.
    ///   - abruptly: whether subscribers are not told.
    func stop(electing election: Election, abruptly: Bool = false) async {
        await self.lifecycle.take()
        defer { self.lifecycle.give() }
        await self.closePorts(electing: election, abruptly: abruptly)
    }

    /// Stops and starts again, on the same ports, in one go. A server that does not run is started. Faults stay.
    ///
    /// - Parameter keepingData: whether the events are there afterwards. A node of a cluster gets them from the others in
    ///   any case.
    /// - Throws: as ``start()``.
    public func restart(keepingData: Bool) async throws {
        await self.lifecycle.take()
        defer { self.lifecycle.give() }
        try self.configuration.validate()
        await self.closePorts(electing: .immediate)
        if !keepingData { await self.commons.loseData(of: self.configuration) }
        try await self.openPorts(alone: false)
    }
}
