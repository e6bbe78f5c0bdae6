import EmbeddedEventStore
import PhotonPump
import Testing

@Suite("Closing with patience", .timeLimit(.minutes(1)), .enabled(if: TestServer.isEmbedded, "keeps answers back"))
struct ClosingTests {
    /// Runs `body` with a call on its way whose answer is kept back.
    private static func run(
        _ body: (Client, _ call: Task<Duration, any Error>, EmbeddedServer.ActiveFault) async throws -> Void
    ) async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            let client = try Client(server.connectionString, logger: .silent)
            let hold = try await server.faults.add(.holdReply(to: .ping))
            let call = Task { try await client.ping(options: CallOptions(timeout: .seconds(50))) }
            try await hold.waitForEffect()
            try await body(client, call, hold)
            try await server.waitForConnectionCount(0)
        }
    }

    @Test("closing with patience lets calls in flight end, and refuses new ones")
    func drained() async throws {
        try await Self.run { client, call, hold in
            let closing = await client.beginClosing()
            #expect(try await failure { try await client.getEvent(0, in: "ponies") }.code == .clientClosed)
            try await hold.lift()
            _ = try await call.value
            await closing.value
            #expect(await client.status.phase == .closed)
        }
    }

    @Test("closing with patience ends the calls that are not through in time")
    func outOfTime() async throws {
        try await Self.run { client, call, _ in
            await client.close(drainingFor: .milliseconds(50))
            #expect(await client.load == ClientLoad())
            let error = try await failure { try await call.value }
            #expect(error.code == .clientClosed)
        }
    }

    @Test("closing with patience loses its patience when its task is cancelled")
    func cancelled() async throws {
        try await Self.run { client, call, _ in
            let closing = Task { await client.close(drainingFor: .seconds(50)) }
            closing.cancel()
            await closing.value
            let error = try await failure { try await call.value }
            #expect(error.code == .clientClosed)
        }
    }

    @Test("closing with patience takes no time without calls")
    func idle() async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            let client = try Client(server.connectionString, logger: .silent)
            try await client.ping()
            await client.close(drainingFor: .seconds(3600))
            #expect(await client.status.phase == .closed)
        }
    }
}
