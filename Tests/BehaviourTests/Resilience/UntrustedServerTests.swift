import EmbeddedEventStore
import Foundation
import PhotonPump
import PhotonPumpTransport
import PhotonPumpWire
import ScriptedPeers
import Testing

@Suite("A server whose certificate is not the right one", .timeLimit(.minutes(1)))
struct UntrustedServerTests {
    private static let past = Date(timeIntervalSince1970: 1_000_000_000)..<Date(timeIntervalSince1970: 1_100_000_000)
    private static let future = Date(timeIntervalSince1970: 4_000_000_000)..<Date(timeIntervalSince1970: 4_100_000_000)

    /// A certificate, and the name that a client expects.
    struct Case: Sendable, CustomTestStringConvertible {
        var names: [String]
        var expected: String
        var validity = TestCertificateAuthority.usualValidity()
        var issuer = Issuer.trusted

        enum Issuer: Sendable {
            /// Another authority has the name of the trusted one.
            case trusted, namesake, itself
        }

        var testDescription: String { "\(self.names) for \(self.expected), by \(self.issuer), \(self.validity)" }

        func certificate(_ trust: Trust) throws -> TestCertificate {
            switch self.issuer {
            case .trusted: try trust.authority.issue(names: self.names, validity: self.validity)
            case .namesake: try TestCertificateAuthority(name: "Pony Authority").issue(names: self.names)
            case .itself: try TestCertificateAuthority(name: self.expected).certificate
            }
        }
    }

    private static func url(_ port: Int, _ trust: Trust, _ expected: String) -> String {
        let name = expected.replacing("%", with: "%25")
        return "tls://admin:hunter2@127.0.0.1:\(port)?tlsCAFile=\(trust.file)&tlsHostName=\(name)&connectTimeout=50s"
    }

    @Test(
        "a server with the wrong certificate gets neither the user's name nor the password, nor anything else",
        arguments: [
            Case(names: ["other.example"], expected: "es.example"),
            Case(names: ["es.example.other.example"], expected: "es.example"),
            Case(names: ["example"], expected: "es.example"),
            Case(names: ["xes.example"], expected: "es.example"),
            Case(names: ["es.example", "b.example"], expected: "a.es.example"),
            Case(names: ["*.example.org"], expected: "a.b.example.org"),
            Case(names: ["*.example.org"], expected: "example.org"),
            Case(names: ["e*.example.org"], expected: "es.example.org"),
            Case(names: ["*s.example.org"], expected: "es.example.org"),
            Case(names: ["es.*.org"], expected: "es.example.org"),
            Case(names: ["*"], expected: "localhost"),
            Case(names: ["localhost"], expected: "127.0.0.1"),
            Case(names: ["127.0.0.1"], expected: "localhost"),
            Case(names: ["127.0.0.2", "::1"], expected: "127.0.0.1"),
            Case(names: ["127.0.0.1"], expected: "::1"),
            Case(names: ["127.0.0.1"], expected: "127.0.0.1", validity: past),
            Case(names: ["es.example"], expected: "es.example", validity: future),
            Case(names: ["127.0.0.1"], expected: "127.0.0.1", issuer: .namesake),
            Case(names: [], expected: "es.example", issuer: .itself),
        ])
    func refused(_ row: Case) async throws {
        try await Trust.run { trust in
            let server = ScriptedServer()
            let port = try await server.start(.server(try row.certificate(trust)))
            let client = try Client(Self.url(port, trust, row.expected), logger: .silent)
            let error = try await failure { try await client.connect() }
            #expect(error.code == .connectionFailed)
            #expect(!"\(error)".contains("hunter2"))
            let peer = try await server.nextConnection()
            #expect(try await peer.next() == nil)
            #expect(await peer.failure != nil, "the handshake did not end")
            await client.close()
            await server.stop()
        }
    }

    @Test(
        "a server with a certificate for another name is refused, in any of these ways",
        arguments: [
            Case(names: ["es.example"], expected: "es.example"), Case(names: ["es.example"], expected: "ES.Example"),
            Case(names: ["*.example.org"], expected: "es.example.org"),
            Case(names: ["other.example", "es.example"], expected: "es.example"),
            Case(names: ["127.0.0.1"], expected: "127.0.0.1"), Case(names: ["::1"], expected: "0:0:0:0:0:0:0:1"),
        ])
    func accepted(_ row: Case) async throws {
        try await Trust.run { trust in
            let server = ScriptedServer()
            let port = try await server.start(.server(try row.certificate(trust)))
            let client = try Client(Self.url(port, trust, row.expected), logger: .silent)
            async let connected: Void = client.connect()
            try await server.nextConnection().acceptHandshake()
            try await connected
            await client.close()
            await server.stop()
        }
    }

    @Test("a node without TLS gets no client that is to use it")
    func downgrade() async throws {
        try await Trust.run { trust in
            let (server, plain) = (ScriptedServer(), ScriptedServer())
            let port = try await server.start(.server(trust.authority.issue(names: ["127.0.0.1"])))
            let plainPort = try await plain.start()
            let client = try Client(Self.url(port, trust, "127.0.0.1"), logger: .silent)
            async let connected: Void = client.connect()
            let peer = try await server.nextConnection()
            try await peer.acceptHandshake()
            try await connected
            let write = Task { try await client.publish([], to: "ponies") }
            let request = try await peer.next(.writeEvents)
            var info = MasterInfo()
            (info.tcpHost, info.tcpPort) = ("127.0.0.1", Int32(plainPort))
            let answer = NotHandled(reason: .notMaster, master: info).encoded()
            try await peer.send(Package(.notHandled, request.correlation, payload: answer))
            #expect(try await failure { try await write.value }.code == .notHandled)
            await client.close()
            await server.stop()
            try await plain.expectNobody(at: plainPort)
        }
    }

    @Test(
        "a server that is silent during the TLS handshake, or drips, keeps no client longer than its time",
        arguments: [true, false])
    func dripping(isSilent: Bool) async throws {
        let server = ScriptedServer()
        let port = try await server.start()
        let client = try Client(
            "tls://admin:hunter2@127.0.0.1:\(port)?tlsVerifyCert=false&connectTimeout=300ms", logger: .silent)
        let connecting = Task { try await client.connect() }
        let peer = try await server.nextConnection()
        let dripping = Task {
            // The head of a record of 16 KiB, and then ever more of what it holds.
            try await peer.send([22, 3, 3, 0x40, 0, 2, 0, 0x3F, 0xFC])
            while !isSilent {
                try await peer.send([3])
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        let began = ContinuousClock.now
        let error = await #expect(throws: PhotonPumpError.self) { try await connecting.value }
        #expect(error?.code == .connectionFailed)
        #expect(ContinuousClock.now - began < .seconds(20))
        await client.close()
        dripping.cancel()
        _ = await dripping.result
        await server.stop()
    }
}
