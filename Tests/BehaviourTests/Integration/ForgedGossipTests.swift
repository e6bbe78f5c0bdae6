import EmbeddedEventStore
import Foundation
import PhotonPump
import PhotonPumpTransport
import PhotonPumpWire
import ScriptedPeers
import Testing

/// Gossip without TLS can be forged by whoever is on the way.
@Suite("Forged gossip", .timeLimit(.minutes(1)))
struct ForgedGossipTests {
    /// What requests with credentials would contain.
    private static let secrets = ["Authorization", "hunter2", Data("admin:hunter2".utf8).base64EncodedString()]

    @Test(
        "forged gossip does not get at the password that a request over HTTP carries, where TLS is configured",
        arguments: [0, 1])
    func credentials(call: Int) async throws {
        let seed = try AnsweringServer()
        seed.start(answer: Self.gossip(host: "127.0.0.1", seed.port))
        let client = try Client(
            "discover://admin:hunter2@127.0.0.1:\(seed.port)?tls=true&gossipTLS=false", logger: .silent)
        let error = try await failure {
            if call == 0 { _ = try await client.subscriptionInfo("herd", to: "ponies") }
            if call == 1 { try await client.replayParkedEvents(of: "herd", to: "ponies") }
        }
        await client.close()
        await seed.stop()
        #expect(seed.heard.hasPrefix("GET /gossip"))
        for secret in Self.secrets { #expect(!seed.heard.contains(secret)) }
        #expect(error.code == .connectionFailed)
        #expect(error.message.contains("credentials are not sent without TLS"), "\(error)")
    }

    /// Gossip of a master with an HTTP port.
    private static func gossip(host: String, _ port: Int) -> String {
        Gossip.json([.init(state: "Master", host: host, port: 1, tlsPort: 2, httpPort: port)])
    }

    @Test(
        "forged gossip gets at the password, with the setting that allows it, only if it names a host that the settings name, too"
    )
    func elsewhere() async throws {
        let seed = try AnsweringServer(host: "0.0.0.0")
        seed.start(answer: Self.gossip(host: "127.0.0.2", seed.port))
        let client = try Client(
            "discover://admin:hunter2@127.0.0.1:\(seed.port)?tls=true&gossipTLS=false&credentialsInClear=true",
            logger: .silent)
        let error = try await failure { try await client.subscriptionInfo("herd", to: "ponies") }
        await client.close()
        await seed.stop()
        for secret in Self.secrets { #expect(!seed.heard.contains(secret)) }
        #expect(error.code == .discoveryFailed)
    }

    @Test("forged gossip leads nobody to where an answer over HTTP sends on to")
    func redirection() async throws {
        let (server, other) = (try AnsweringServer(), try AnsweringServer())
        other.start(answer: "{}")
        server.start(status: "307 Temporary Redirect", head: ["Location: http://127.0.0.1:\(other.port)/"], answer: "")
        let client = try Client("tcp://admin:hunter2@127.0.0.1:1", logger: .silent)
        let error = try await failure { try await client.subscriptionInfo("herd", to: "s", httpPort: server.port) }
        #expect(error.code == .notHandled)
        await client.close()
        let gossip = try Client.Configuration("discover://127.0.0.1:\(server.port)")
        #expect(try await failure { try await ClusterGossip.read(gossip) }.code == .discoveryFailed)
        await server.stop()
        await other.stop()
        #expect(server.heard.contains("Authorization: Basic"))
        #expect(other.heard == "")
    }

    /// A server with a certificate of the trusted authority for its host, and gossip in clear that names it as the
    /// master.
    @Test("forged gossip has no other name accepted than the one that is expected, and gets no password there")
    func impostor() async throws {
        try await Trust.run { trust in
            let identity = try trust.authority.issue(names: ["127.0.0.1"])
            let server = ScriptedServer()
            let port = try await server.start(.server(identity))
            let member = Gossip.Member(state: "Master", host: "127.0.0.1", port: 1, tlsPort: port, httpPort: 1)
            let seed = try AnsweringServer()
            seed.start(answer: Gossip.json([member]))
            let client = try Client(
                """
                discover://admin:hunter2@127.0.0.1:\(seed.port)?tls=true&gossipTLS=false&tlsCAFile=\(trust.file)\
                &tlsHostName=es.example
                """, logger: .silent)
            let error = try await failure { try await client.connect() }
            #expect(error.code == .connectionFailed)
            #expect("\(error)".contains("es.example"), "\(error)")
            #expect(try await server.nextConnection().next() == nil)
            await client.close()
            await seed.stop()
            await server.stop()
        }
    }

    @Test("forged gossip that names a node without TLS has no client go there that is to use it")
    func downgrade() async throws {
        let server = ScriptedServer()
        let port = try await server.start()
        let member = Gossip.Member(state: "Master", host: "127.0.0.1", port: port, httpPort: 1)
        let seed = try AnsweringServer()
        seed.start(answer: Gossip.json([member]))
        let client = try Client(
            """
            discover://admin:hunter2@127.0.0.1:\(seed.port)?tls=true&gossipTLS=false&tlsVerifyCert=false\
            &maxDiscoverAttempts=1
            """, logger: .silent)
        let error = try await failure { try await client.connect() }
        #expect(error.code == .discoveryFailed)
        #expect("\(error)".contains("TLS"), "\(error)")
        await client.close()
        await seed.stop()
        try await server.expectNobody(at: port)
    }
}

extension ScriptedServer {
    /// Expects that nobody has connected yet, and stops it.
    func expectNobody(at port: Int) async throws {
        let own = try await ScriptedPeer.connect(host: "127.0.0.1", port: port)
        try await own.send(Package(.ping, GUID(1, 2)))
        let first = try await self.nextConnection()
        #expect(try await first.next()?.correlation == GUID(1, 2))
        await self.stop()
    }
}

extension Layers {
    /// A server with this certificate.
    static func server(_ certificate: TestCertificate) throws -> Layers {
        let identity = TLSIdentity(certificates: .text(certificate.chain), key: .text(certificate.key))
        return Layers(tls: try TLSContext(server: TLSServerSettings(identity: identity)))
    }
}
