import EmbeddedEventStore
import PhotonPump
import Testing

@Suite("A server that comes and goes", .timeLimit(.minutes(1)), .enabled(if: TestServer.isEmbedded, "stops the server"))
struct ServerLifecycleTests {
    @Test("fails what waits when it stops, and serves again with its events when it is back")
    func restart() async throws {
        let server = try await Self.startOnOwnPort()
        let client = try Client(await server.connectionString, logger: .silent)
        try await client.connect()
        try await client.publish(try Pony.events(3), to: "ponies")

        await server.stop()
        let error = try await failure { while true { try await client.ping() } }
        // The loss is noticed by the call that waits then, or between two of them.
        #expect([.connectionLost, .notConnected].contains(error.code))

        try await server.start()
        try await client.connect()
        #expect(try await client.getLastEvent(in: "ponies").number == 2)
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

    @Test("is one of several in a process, each with its own events")
    func several() async throws {
        try await withEmbeddedServer(logger: .silent) { one in
            try await withEmbeddedServer(logger: .silent) { other in
                try await withClient(await one.connectionString, logger: .silent) { client in
                    try await client.publish(try Pony.events(3), to: "ponies")
                }
                try await withClient(await other.connectionString, logger: .silent) { client in
                    let error = try await failure { try await client.get("ponies") }
                    #expect(error.code == .streamNotFound)
                }
            }
        }
    }

    @Test("sees one connection per client, and none after it is closed")
    func connections() async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            try await withClient(await server.connectionString, logger: .silent) { client in
                try await client.ping()
                #expect(await server.connectionCount == 1)
            }
            try await server.waitForConnectionCount(0)
        }
    }
}
