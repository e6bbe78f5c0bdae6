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
    var countWaiters: [Int: CountWaiter] = [:]
    var countWaitersMade = 0
    /// Names this server in its gossip.
    let gossipIdentity = GossipIdentity()

    private(set) var listener: SocketListener?
    private var http: HTTPSide?
    private let lifecycle = Turns()

    /// The TCP port. It is what the configuration says until the first start, and then the one taken.
    public private(set) var port: Int
    /// The HTTP port, as ``port``; nil without HTTP.
    public private(set) var httpPort: Int?

    /// The queue on which the server's sockets report readiness.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    /// - Parameter logger: told of connections coming and going and of bad requests, at levels up to info.
    public init(_ configuration: Configuration = .init(), logger: Logger = Logger(label: "embedded-eventstore")) {
        self.configuration = configuration
        self.logger = logger
        self.port = configuration.port
        self.httpPort = configuration.httpPort
        self.node = Node(
            log: EventLog(seed: .random(in: .min ... .max), linksEvents: configuration.runsSystemProjections),
            users: UserDirectory(configuration.users),
            pageLimit: configuration.frameLimit / 2
        )
    }

    /// Starts listening, and returns when clients can connect. A server that runs already goes on.
    ///
    /// - Throws: ``EmbeddedServerError`` with ``EmbeddedServerError/Code/invalidConfiguration`` or
    ///   ``EmbeddedServerError/Code/cannotListen``; nothing is left running then.
    public func start() async throws {
        await self.lifecycle.take()
        defer { self.lifecycle.give() }
        guard self.listener == nil else { return }
        try self.configuration.validate()
        let listener = try self.listen()
        do {
            self.http = try await self.startHTTP(host: listener.address.host)
        } catch {
            await Self.close(listener)
            throw error
        }
        self.listener = listener
        self.port = listener.address.port
        self.httpPort = self.http?.port ?? self.httpPort
        listener.activate { [weak self] transport in
            self?.assumeIsolated { $0.accept(transport) }
        }
        self.logger.debug("listening", metadata: [LogKey.address: "\(listener.address)"])
    }

    /// Closes all connections and stops listening; returns when the ports are free. The events stay. A server that
    /// does not run stays as it is.
    public func stop() async {
        await self.lifecycle.take()
        defer { self.lifecycle.give() }
        guard let listener = self.listener else { return }
        self.listener = nil
        await Self.close(listener)
        for id in self.connections.keys { self.end(id, .serverStopped) }
        await self.http?.stop()
        self.http = nil
        self.logger.debug("stopped")
    }

    private func listen() throws(EmbeddedServerError) -> SocketListener {
        do {
            return try SocketListener(host: self.configuration.host, port: self.port, executor: self.executor)
        } catch {
            throw EmbeddedServerError(.cannotListen, error.description)
        }
    }

    private static func close(_ listener: SocketListener) async {
        await withCheckedContinuation { continuation in
            listener.close { continuation.resume() }
        }
    }

    private func startHTTP(host: String) async throws(EmbeddedServerError) -> HTTPSide? {
        guard let port = self.httpPort else { return nil }
        return try await HTTPSide.start(host: host, port: port) { [weak self] in await self?.gossip() }
    }
}
