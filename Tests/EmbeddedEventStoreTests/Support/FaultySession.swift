import EmbeddedEventStore
import PhotonPumpWire
import ScriptedPeers
import Testing

/// A client that sends what a test tells it to, and a server on which faults are played.
struct FaultySession {
    let server: EmbeddedServer
    let client: ScriptedPeer

    var faults: EmbeddedServer.Faults { self.server.faults }

    static func run(
        _ configuration: EmbeddedServer.Configuration = .patient,
        _ body: (FaultySession) async throws -> Void
    ) async throws {
        try await withEmbeddedServer(configuration, logger: .silent) { server in
            try await body(FaultySession(server: server, client: .connect(to: server)))
        }
    }

    static func ping(_ number: UInt64) -> Package {
        Package(.ping, GUID(1, number), payload: Bytes(utf8: "\(number)"))
    }

    static func write(_ letter: Character, _ number: UInt64 = 0) -> Package {
        let events = [ProposedEvent(letter: letter)]
        let write = WriteEvents(stream: "s", expectedVersion: -2, events: events, requireMaster: true)
        return Package(.writeEvents, GUID(2, number), payload: write.encoded())
    }

    /// The number of the last event written, as another client sees it.
    func lastNumber() async throws -> Int64 {
        let other = try await ScriptedPeer.connect(to: self.server)
        let read = ReadStreamEvents(stream: "s", from: -1, maxCount: 1, resolveLinks: false, requireMaster: true)
        let answer = try await other.ask(Package(.readStreamEventsBackward, GUID(3, 3), payload: read.encoded()))
        await other.close()
        return try ReadStreamEventsCompleted(decoding: try #require(answer).payload).lastEventNumber
    }

    /// Expects that the server is as it should be.
    func expectAllIsWell(_ client: ScriptedPeer? = nil) async throws {
        let pong = try await (client ?? self.client).ask(Self.ping(99))
        #expect(pong?.command == .pong)
        #expect(pong?.correlation == GUID(1, 99))
    }
}
