internal import Dispatch
public import Logging
package import PhotonPumpTransport
internal import PhotonPumpWire

/// An EventStore in this process that speaks the TCP protocol over real sockets; for tests and demonstrations.
///
/// It writes and reads events, serves volatile, filtered and persistent subscriptions, and supports access lists, links
/// and transactions. Persistent subscriptions keep their settings and checkpoints in streams, as in EventStore: they
/// last as long as the events do.
///
/// Events are kept in memory, for as long as the server exists. It can be stopped and started again, on the same ports
/// and with its events; ``withEmbeddedServer(_:logger:_:)`` starts and stops one for the length of a scope.
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
    let core: ClusterCore
    /// Its number in the cluster, from 0.
    let number: Int
    let injector = FaultInjector()
    let connections: Connections
    let lifecycle = Turns()
    /// With the ports of the configuration until the first start, and after that with those in use.
    var address: NodeAddress
    var reservations: [PortReservation] = []
    /// The listening sockets while the server is running.
    var listeners: Listeners?
    var startup: PendingStartup?
    var suspension: Suspension? {
        didSet { if let suspension { self.suspensionWatchers.valueChanged(to: suspension) } }
    }
    let suspensionWatchers = Watchers<Suspension>()

    /// The TCP port for plain connections: until the first start, the one in the configuration; after that, the one in
    /// use.
    public var port: Int { self.address.tcpPort ?? self.configuration.port }
    /// The TCP port for TLS, as with ``port``; nil without TLS.
    public var tlsPort: Int? { self.address.secureTCPPort }
    /// The HTTP port, as with ``port``; nil without HTTP.
    public var httpPort: Int? { self.address.httpPort }
    /// The number of connected clients.
    public var connectionCount: Int { self.connections.count }

    nonisolated var executor: QueueExecutor { self.core.executor }

    /// The queue on which the server's sockets report readiness.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    /// Creates a server that does not run yet.
    ///
    /// - Parameters:
    ///   - configuration: how it listens, which users it knows, and when it disconnects clients.
    ///   - logger: receives ``Configuration/risks`` at `warning`, refused clients, bad requests and failed TLS handshakes at
    ///     `info`, connections and disconnections at `debug`, and each request at `trace`.
    public init(_ configuration: Configuration = .init(), logger: Logger = Logger(label: "embedded-eventstore")) {
        self.init(configuration, logger: logger, environment: .system)
    }

    /// The same, in an environment other than that of the machine.
    package init(_ configuration: Configuration, logger: Logger, environment: Environment) {
        let core = ClusterCore([NodeAddress(configuration)], configuration, environment)
        self.init(configuration, core, number: 0, logger: logger)
    }

    /// Creates a node of a cluster.
    init(_ configuration: Configuration, _ core: ClusterCore, number: Int, logger: Logger) {
        self.configuration = configuration
        self.core = core
        self.number = number
        self.logger = logger
        self.address = NodeAddress(configuration)
        self.connections = Connections(to: number, of: core, configuration, faults: self.injector, logger: logger)
    }

    /// Starts listening, and returns when clients can connect. If the server is running, nothing happens.
    ///
    /// - Parameter startup: how long it takes until it is ready; not at all by default.
    /// - Throws: ``EmbeddedServerError`` with ``EmbeddedServerError/Code/invalidConfiguration`` or
    ///   ``EmbeddedServerError/Code/cannotListen``; nothing is left running.
    public func start(startup: Startup = .immediate) async throws {
        try await self.start(alone: false, startup)
    }

    /// - Parameter alone: whether it finds no other node of its cluster.
    func start(alone: Bool, _ startup: Startup) async throws {
        await self.lifecycle.take()
        defer { self.lifecycle.give() }
        guard self.listeners == nil else { return }
        try self.configuration.validate()
        try startup.validate()
        try await self.openPorts(startup, alone: alone)
    }

    /// Closes all connections and stops listening, as a server does that is shut down: subscribers are told. Returns
    /// when the ports are free. The events are kept. If the server is not running, nothing happens.
    public func stop() async {
        await self.stop(electing: .immediate)
    }

    /// Ends the server as a process that is killed: its connections end with whatever is under way, its ports refuse new
    /// ones, and nobody is told anything. Returns when the ports are free. The events are kept. If the server is not
    /// running, nothing happens.
    public func kill() async {
        await self.stop(electing: .immediate, abruptly: true)
    }

    /// - Parameters:
    ///   - election: how its cluster elects another master, if this is the master.
    ///   - abruptly: whether subscribers are not notified.
    func stop(electing election: Election, abruptly: Bool = false) async {
        await self.lifecycle.take()
        defer { self.lifecycle.give() }
        await self.closePorts(electing: election, abruptly: abruptly)
    }

    /// Stops and starts the server, on the same ports, as one step. If the server is not running, it is started. Faults
    /// stay in effect.
    ///
    /// - Parameters:
    ///   - keepingData: whether the events are kept. A node of a cluster gets them from the others in any case.
    ///   - startup: how long it takes until the server is ready; not at all by default.
    /// - Throws: as ``start(startup:)``.
    public func restart(keepingData: Bool, startup: Startup = .immediate) async throws {
        await self.lifecycle.take()
        defer { self.lifecycle.give() }
        try self.configuration.validate()
        try startup.validate()
        await self.closePorts(electing: .immediate)
        if !keepingData { await self.core.loseData(of: self.configuration) }
        try await self.openPorts(startup, alone: false)
    }

    /// Returns as soon as exactly `count` clients are connected; at once if they already are.
    ///
    /// - Throws: `CancellationError` if the task is cancelled first.
    public func waitForConnectionCount(_ count: Int) async throws {
        try await self.connections.waitForCount(count)
    }
}
