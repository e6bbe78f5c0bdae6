import EmbeddedEventStore
import PhotonPumpWire
import ScriptedPeers
import Testing

/// Heartbeats of the server, over a socket.
@Suite(.timeLimit(.minutes(1))) struct LivenessTests {
    @Test("a silent client is asked for a sign of life and cut off without one")
    func silent() async throws {
        var configuration = EmbeddedServer.Configuration()
        configuration.heartbeatInterval = .milliseconds(1)
        configuration.heartbeatTimeout = .milliseconds(1)
        try await withEmbeddedServer(configuration, logger: .silent) { server in
            let client = try await ScriptedPeer.connect(to: server)
            let question = try #require(try await client.next())
            #expect(question.command == .heartbeatRequest)
            #expect(question.payload.isEmpty)
            #expect(question.correlation != .zero)
            #expect(try await client.next() == nil)
            try await server.waitForConnectionCount(0)
        }
    }

    @Test("a client that answers stays, and is asked again under another id")
    func answering() async throws {
        var configuration = EmbeddedServer.Configuration()
        configuration.heartbeatInterval = .milliseconds(1)
        configuration.heartbeatTimeout = .seconds(3600)
        try await withEmbeddedServer(configuration, logger: .silent) { server in
            let client = try await ScriptedPeer.connect(to: server)
            var ids: Set<GUID> = []
            for _ in 0..<5 {
                let question = try #require(try await client.next())
                #expect(question.command == .heartbeatRequest)
                ids.insert(question.correlation)
                try await client.send(Package(.heartbeatResponse, question.correlation))
            }
            #expect(ids.count == 5)
        }
    }
}
