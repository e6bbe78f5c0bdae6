import Logging
import PhotonPump
import PhotonPumpWire
import ScriptedPeers
import Testing

/// A client that is connected to a server which does what the test tells it to.
struct ScriptedSession {
    let client: Client
    let server: ScriptedServer
    let peer: ScriptedPeer
    /// What happened to the connection since before it was made.
    let changes: AsyncStream<ConnectionChange>

    /// Connects a client to a scripted server, runs `body`, and closes both.
    static func run(
        _ adjust: (inout Client.Configuration) -> Void = { _ in },
        logger: Logger = .silent,
        _ body: (ScriptedSession) async throws -> Void
    ) async throws {
        let server = ScriptedServer()
        let client = try Client(try await self.configuration(for: server, adjust), logger: logger)
        let changes = await client.changes
        async let connected: Void = client.connect()
        let peer = try await server.nextConnection()
        try await peer.acceptHandshake()
        try await connected
        do {
            try await body(ScriptedSession(client: client, server: server, peer: peer, changes: changes))
        } catch {
            Issue.record(error)
        }
        await client.close()
        await peer.close()
        await server.stop()
    }

    /// The client's next connection, once it has introduced itself.
    func nextConnection() async throws -> ScriptedPeer {
        let peer = try await self.server.nextConnection()
        try await peer.acceptHandshake()
        return peer
    }

    /// Starts a scripted server and returns settings for it.
    static func configuration(
        for server: ScriptedServer,
        _ adjust: (inout Client.Configuration) -> Void = { _ in }
    ) async throws -> Client.Configuration {
        let port = try await server.start()
        var configuration = Client.Configuration(endpoint: Endpoint(host: "127.0.0.1", port: port))
        configuration.connectionName = "tests"
        // However busy the machine is, unless a test is about time.
        configuration.operationTimeout = .seconds(50)
        configuration.connectTimeout = .seconds(50)
        configuration.heartbeat.timeout = .seconds(50)
        // No heartbeat comes between the packages a test looks for, unless it is about heartbeats.
        configuration.heartbeat.interval = .seconds(3600)
        adjust(&configuration)
        return configuration
    }
}

extension AsyncStream<ConnectionChange> {
    /// Why the connection ended.
    func loss() async throws -> PhotonPumpError {
        for await case .disconnected(let error) in self { return error }
        throw CancellationError()
    }
}

/// The error that an operation fails with.
func failure(_ operation: () async throws -> some Any) async throws -> PhotonPumpError {
    try await #require(throws: PhotonPumpError.self) { _ = try await operation() }
}
