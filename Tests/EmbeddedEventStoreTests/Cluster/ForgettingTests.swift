import PhotonPumpWire
import ScriptedPeers
import Testing

@testable import EmbeddedEventStore

/// Event ids are remembered in the memory of the node that wrote the events.
@Suite(.timeLimit(.minutes(1))) struct ForgettingTests {
    private static func write(_ letter: Character, to server: EmbeddedServer) async throws -> WriteEventsCompleted {
        let client = try await ScriptedPeer.connect(to: server)
        let answer = try #require(try await client.ask(.writing(letter)))
        await client.close()
        return try WriteEventsCompleted(decoding: answer.payload)
    }

    private static func isRepeat(_ letter: Character, to server: EmbeddedServer) async throws -> Bool {
        try await Self.write(letter, to: server).commitPosition == -1
    }

    @Test("S76: a server that restarts forgets the ids of events, not their versions", arguments: [true, false])
    func restart(_ isKilled: Bool) async throws {
        let server = try await EmbeddedServer.startedOnOwnPorts()
        #expect(try await !Self.isRepeat("a", to: server))
        #expect(try await Self.isRepeat("a", to: server))
        if isKilled { await server.kill() } else { await server.stop() }
        try await server.start()
        let client = try await ScriptedPeer.connect(to: server)
        let write = WriteEvents(
            stream: "s", expectedVersion: -1, events: [ProposedEvent(letter: "a")], requireMaster: true)
        let answer = try #require(
            try await client.ask(Package(.writeEvents, GUID(2, 2), payload: write.encoded())))
        #expect(try WriteEventsCompleted(decoding: answer.payload).commitPosition == -1)
        #expect(try await !Self.isRepeat("a", to: server))
        #expect(await server.core.store.log.entries.count == 2)
        await server.stop()
    }

    @Test("S76: a new master knows only the ids of what it wrote itself, as long as it runs")
    func change() async throws {
        try await withEmbeddedCluster(.patient, logger: .silent) { cluster in
            let asked = cluster.nodes[2]
            #expect(try await !Self.isRepeat("a", to: asked))
            #expect(try await Self.isRepeat("a", to: asked))
            try await cluster.moveMaster(to: 1)
            #expect(try await !Self.isRepeat("a", to: asked))
            #expect(try await !Self.isRepeat("b", to: asked))
            try await cluster.moveMaster(to: 0)
            #expect(try await Self.isRepeat("a", to: asked))
            #expect(try await !Self.isRepeat("b", to: asked))
            try await cluster.isolate(0)
            #expect(try await Self.isRepeat("b", to: asked))
            try await cluster.kill(1)
            try await cluster.restart(1)
            try await cluster.moveMaster(to: 1)
            #expect(try await !Self.isRepeat("b", to: asked))
        }
    }
}
