import PhotonPumpWire
import ScriptedPeers
import Testing

@testable import EmbeddedEventStore

@Suite(.timeLimit(.minutes(1))) struct ConnectionCountTests {
    @Test("the number of connections can be awaited as it rises and falls")
    func waiting() async throws {
        try await withEmbeddedServer(.patient, logger: .silent) { server in
            try await server.waitForConnectionCount(0)
            async let two: Void = server.waitForConnectionCount(2)
            let first = try await ScriptedPeer.connect(to: server)
            let second = try await ScriptedPeer.connect(to: server)
            try await two
            #expect(await server.connectionCount == 2)
            await first.close()
            try await server.waitForConnectionCount(1)
            await second.close()
            try await server.waitForConnectionCount(0)
        }
    }

    @Test("stopping the server ends its connections")
    func stopping() async throws {
        let server = EmbeddedServer(.patient, logger: .silent)
        try await server.start()
        let client = try await ScriptedPeer.connect(to: server)
        try await server.waitForConnectionCount(1)
        async let none: Void = server.waitForConnectionCount(0)
        await server.stop()
        try await none
        #expect(try await client.next() == nil)
    }

    @Test("a wait that is cancelled ends")
    func cancellation() async throws {
        try await withEmbeddedServer(.patient, logger: .silent) { server in
            let waiting = Task { try await server.waitForConnectionCount(7) }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
        }
    }
}
