internal import Dispatch
public import Logging
internal import PhotonPumpTransport
internal import PhotonPumpWire

/// An EventStore in this process, speaking the TCP protocol over real sockets; for tests and demonstrations.
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
    let executor = QueueExecutor(label: "embedded-eventstore")
    var node: Node
    var connections: [Int: ServerConnection] = [:]
    var connectionsAccepted = 0
    let injector = FaultInjector()
    var countWaiters: [Int: CountWaiter] = [:]
    var countWaitersMade = 0
    /// Names this server in its gossip.
    let gossipIdentity = GossipIdentity()

    /// What a running server listens with.
    var listeners: Listeners?
    let lifecycle = Turns()

    /// The TCP port. It is what the configuration says until the first start, and then the one taken.
    public internal(set) var port: Int
    /// The HTTP port, as ``port``; nil without HTTP.
    public internal(set) var httpPort: Int?

    /// The queue on which the server's sockets report readiness.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    /// - Parameter logger: told of connections coming and going and of bad requests, at levels up to info.
    public init(_ configuration: Configuration = .init(), logger: Logger = Logger(label: "embedded-eventstore")) {
        self.configuration = configuration
        self.logger = logger
        self.port = configuration.port
        self.httpPort = configuration.httpPort
        self.node = Node(
            log: Self.emptyLog(configuration),
            users: UserDirectory(configuration.users),
            pageLimit: configuration.frameLimit / 2,
            offersFilteredReads: configuration.offersFilteredReads
        )
    }

    /// Starts listening, and returns when clients can connect. A server that runs already goes on.
    ///
    /// - Throws: ``EmbeddedServerError`` with ``EmbeddedServerError/Code/invalidConfiguration`` or
    ///   ``EmbeddedServerError/Code/cannotListen``; nothing is left running then.
    public func start() async throws {
        await self.lifecycle.take()
        defer { self.lifecycle.give() }
        guard self.listeners == nil else { return }
        try self.configuration.validate()
        try await self.openPorts()
    }

    /// Closes all connections and stops listening; returns when the ports are free. The events stay. A server that
    /// does not run stays as it is.
    public func stop() async {
        await self.lifecycle.take()
        defer { self.lifecycle.give() }
        await self.closePorts()
    }

    /// Stops and starts again, on the same ports, in one go. A server that does not run is started. Faults stay.
    ///
    /// - Parameter keepingData: whether the events are there afterwards.
    /// - Throws: as ``start()``.
    public func restart(keepingData: Bool) async throws {
        await self.lifecycle.take()
        defer { self.lifecycle.give() }
        try self.configuration.validate()
        await self.closePorts()
        if !keepingData { self.node.log = Self.emptyLog(self.configuration) }
        try await self.openPorts()
    }

    private static func emptyLog(_ configuration: Configuration) -> EventLog {
        EventLog(seed: .random(in: .min ... .max), linksEvents: configuration.runsSystemProjections)
    }
}
