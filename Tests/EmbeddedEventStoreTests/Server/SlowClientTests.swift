import EmbeddedEventStore
import PhotonPumpWire
import ScriptedPeers
import Testing

@Suite(.timeLimit(.minutes(1))) struct SlowClientTests {
    @Test("a client that reads late gets every reply, and others are served meanwhile")
    func readsLate() async throws {
        var configuration = EmbeddedServer.Configuration.patient
        configuration.heartbeatInterval = .seconds(3600)
        try await withEmbeddedServer(configuration, logger: .silent) { server in
            let slow = try await ScriptedPeer.connect(to: server)
            await slow.pauseReading()
            let payload = Bytes([UInt8](repeating: 7, count: 1 << 20))
            // More than the sockets hold: it cannot all be sent before something is read.
            async let sending: Void = {
                for number in 0..<UInt64(64) { try await slow.send(Package(.ping, GUID(9, number), payload: payload)) }
            }()

            let other = try await ScriptedPeer.connect(to: server)
            for number in 0..<UInt64(10) {
                #expect(try await other.ask(Package(.ping, GUID(1, number)))?.command == .pong)
            }

            await slow.resumeReading()
            for number in 0..<64 {
                let pong = try #require(await slow.next())
                #expect(pong.correlation == GUID(9, UInt64(number)))
                #expect(pong.payload.count == payload.count)
            }
            try await sending
        }
    }
}
