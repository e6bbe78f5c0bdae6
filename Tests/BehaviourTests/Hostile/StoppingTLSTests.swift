import COpenSSL
import EmbeddedEventStore
import PhotonPump
import PhotonPumpWire
import ScriptedPeers
import Testing

@testable import PhotonPumpTransport

/// Servers that speak TLS up to some point of the handshake, in whose flight they stop.
@Suite("A server that stops in a TLS handshake", .timeLimit(.minutes(2)))
struct StoppingTLSTests {
    enum End: CaseIterable, Sendable {
        /// Nothing more comes.
        case silence
        /// The connection ends.
        case close
        /// What comes is no record.
        case garbage
    }

    /// Where it stops.
    struct Stop: Sendable, CustomTestStringConvertible {
        let version: CInt
        /// The records that are sent whole.
        let records: Int
        /// Whether half of the next one follows.
        let isCut: Bool
        let end: End

        var testDescription: String {
            let version = self.version == TLS1_2_VERSION ? "TLS 1.2" : "TLS 1.3"
            return "\(version), \(self.records)\(self.isCut ? " and a half" : "") records, then \(self.end)"
        }

        /// In TLS 1.3 a server sends its hello, a relic of 1.2 and all else together; in 1.2 its hello, certificate, key
        /// and the end of them, and then, once the client has answered, a ticket, a change of ciphers and the end.
        static let all = [(TLS1_2_VERSION, 0..<7), (TLS1_3_VERSION, 0..<5)].flatMap { version, records in
            records.flatMap { count in
                [false, true].flatMap { isCut in
                    End.allCases.map { Stop(version: version, records: count, isCut: isCut, end: $0) }
                }
            }
        }
    }

    /// Plays the server to one client: sends as much as `stop` says.
    private static func play(_ stop: Stop, _ peer: ScriptedPeer, _ trust: Trust) async throws {
        let certificate = try trust.authority.issue(names: ["127.0.0.1"])
        let identity = TLSIdentity(certificates: .text(certificate.chain), key: .text(certificate.key))
        let context = try TLSContext(server: TLSServerSettings(identity: identity))
        SSL_CTX_ctrl(context.pointer, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(stop.version), nil)
        var session = try TLSSession(context, serverName: nil)
        var records = 0
        while let bytes = try await peer.nextBytes() {
            try bytes.withUnsafeBytes { try session.feed($0) }
            _ = try session.shakeHands()
            let buffer = OutboundBuffer()
            session.takeOutput(into: buffer)
            var output: ArraySlice<UInt8> = []
            buffer.drain { waiting in
                output += waiting
                return waiting.count
            }
            while !output.isEmpty {
                let length = 5 + Int(output[output.startIndex + 3]) << 8 + Int(output[output.startIndex + 4])
                let record = output.prefix(length)
                output = output.dropFirst(length)
                guard records < stop.records else {
                    if stop.isCut { try await peer.send(Array(record.prefix(length / 2))) }
                    return try await self.end(stop, peer)
                }
                try await peer.send(Array(record))
                records += 1
            }
        }
    }

    private static func end(_ stop: Stop, _ peer: ScriptedPeer) async throws {
        switch stop.end {
        case .silence: break
        case .close: return await peer.close()
        case .garbage: try await peer.send([UInt8](repeating: 0xA5, count: 70_000))
        }
        while try await peer.nextBytes() != nil {}
    }

    @Test(
        "a server that stops in a TLS handshake is given up when its time is up, or at once where there is no hope; told why",
        arguments: Stop.all)
    func stop(_ stop: Stop) async throws {
        try await Trust.run { trust in
            let server = ScriptedServer()
            let port = try await server.start(.unframed)
            let client = try Client(
                """
                tls://admin:hunter2@127.0.0.1:\(port)?tlsCAFile=\(trust.file)\
                &connectTimeout=\(stop.end == .silence ? "300ms" : "50s")&maxReconnects=0
                """, logger: .silent)
            let connecting = Task { try await client.connect() }
            let peer = try await server.nextConnection()
            let playing = Task { try await Self.play(stop, peer, trust) }
            let error = try await failure { try await connecting.value }
            #expect(error.code == .connectionFailed)
            #expect(error.endpoint == "127.0.0.1:\(port)")
            let isOver = "\(error)".contains("TLS") || "\(error)".contains("no EventStore server answered")
            #expect(isOver || "\(error)".contains("ended before the server accepted"), "\(stop): \(error)")
            #expect(!"\(error)".contains("hunter2"))
            await client.close()
            _ = await playing.result
            await server.stop()
        }
    }
}
