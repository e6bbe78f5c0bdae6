import EmbeddedEventStore
import PhotonPump
import Testing

@Suite("A server that comes and goes", .timeLimit(.minutes(1)), .enabled(if: TestServer.isEmbedded, "stops the server"))
struct ServerLifecycleTests {
    @Test(
        "S2: a server that comes and goes keeps its clients waiting while it is stopped, and serves them again when it is back"
    )
    func restart() async throws {
        let server = try await Self.startOnOwnPort()
        var configuration = try Client.Configuration(server.connectionString)
        configuration.operationTimeout = .seconds(50)
        configuration.reconnection.maximumDelay = .milliseconds(100)
        let client = try Client(configuration, logger: .silent)
        try await client.publish(try Pony.events(3), to: "ponies")

        await server.stop()
        let changes = await client.changes
        let reading = Task { try await client.getLastEvent(in: "ponies").number }
        // More attempts than the reference client makes before it gives up for good.
        for await case .reconnecting(let attempt, _, _) in changes where attempt > 11 { break }
        try await server.start()
        #expect(try await reading.value == 2)
        await client.close()
        await server.stop()
    }

    /// A server on a port that no other test is given while this one is stopped: the system picks higher ones.
    private static func startOnOwnPort() async throws -> EmbeddedServer {
        for port in (20_000..<32_000).shuffled() {
            var configuration = EmbeddedServer.Configuration()
            configuration.port = port
            let server = EmbeddedServer(configuration, logger: .silent)
            if (try? await server.start()) != nil { return server }
        }
        throw CancellationError()
    }

    @Test("a server that comes and goes is one of several in a process, each with its own events")
    func several() async throws {
        try await withEmbeddedServer(logger: .silent) { one in
            try await withEmbeddedServer(logger: .silent) { other in
                try await withClient(TestServer.configuration(one.connectionString), logger: .silent) { client in
                    try await client.publish(try Pony.events(3), to: "ponies")
                }
                try await withClient(TestServer.configuration(other.connectionString), logger: .silent) {
                    client in
                    let error = try await failure { try await client.get("ponies") }
                    #expect(error.code == .streamNotFound)
                }
            }
        }
    }

    @Test("a server that comes and goes sees one connection per client, and none after it is closed")
    func connections() async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            try await withClient(TestServer.configuration(server.connectionString), logger: .silent) { client in
                try await client.ping()
                #expect(await server.connectionCount == 1)
            }
            try await server.waitForConnectionCount(0)
        }
    }
}
