import EmbeddedEventStore
import PhotonPumpTransport
import PhotonPumpWire
import ScriptedPeers
import Testing

@Suite("A server that speaks TLS", .timeLimit(.minutes(1)))
struct TLSTests {
    private static let ping = Package(.ping, GUID(1, 2), payload: Bytes(utf8: "hello"))

    private let authority: TestCertificateAuthority

    init() throws {
        self.authority = try TestCertificateAuthority()
    }

    private func configuration() throws -> EmbeddedServer.Configuration {
        var configuration = EmbeddedServer.Configuration.patient
        configuration.tls = .init(certificate: try self.authority.issue(names: ["localhost", "127.0.0.1"]))
        return configuration
    }

    private func connect(to port: Int, identity: TestCertificate? = nil) async throws -> ScriptedPeer {
        let settings = TLSClientSettings(
            trust: .authorities(.text(self.authority.certificate.chain)),
            identity: identity.map { TLSIdentity(certificates: .text($0.chain), key: .text($0.key)) }
        )
        return try await ScriptedPeer.connect(
            host: "127.0.0.1", port: port, Layers(tls: TLSContext(client: settings), serverName: "localhost"))
    }

    @Test("a server that speaks TLS answers on both its ports, and says where they are")
    func bothPorts() async throws {
        var configuration = try self.configuration()
        configuration.httpPort = 0
        try await withEmbeddedServer(configuration, logger: .silent) { server in
            let port = try #require(server.tlsPort)
            let secure = try await self.connect(to: port)
            #expect(try await secure.ask(Self.ping)?.payload.text == "hello")
            let plain = try await ScriptedPeer.connect(to: server)
            #expect(try await plain.ask(Self.ping)?.payload.text == "hello")
            #expect(await server.connectionCount == 2)
            #expect(server.tlsConnectionString == "tls://admin:changeit@127.0.0.1:\(port)")
            #expect(server.connectionString == "tcp://admin:changeit@127.0.0.1:\(server.port)")
            let member = try await HTTPTests.gossipMember(of: server)
            #expect(member["externalSecureTcpPort"] as? Int == port)
            #expect(member["externalTcpPort"] as? Int == (server.port))
        }
    }

    @Test("a server that speaks TLS may do without plain connections")
    func tlsOnly() async throws {
        var configuration = try self.configuration()
        configuration.httpPort = 0
        configuration.acceptsPlainConnections = false
        try await withEmbeddedServer(configuration, logger: .silent) { server in
            let port = try #require(server.tlsPort)
            let secure = try await self.connect(to: port)
            #expect(try await secure.ask(Self.ping)?.payload.text == "hello")
            #expect(server.connectionString == "tls://admin:changeit@127.0.0.1:\(port)")
            let member = try await HTTPTests.gossipMember(of: server)
            #expect(member["externalSecureTcpPort"] as? Int == port)
            #expect(member["externalTcpPort"] as? Int == 0)
        }
    }

    @Test("a server that speaks TLS ends plain connections to its TLS port, and goes on")
    func plainClient() async throws {
        try await withEmbeddedServer(self.configuration(), logger: .silent) { server in
            let port = try #require(server.tlsPort)
            let plain = try await ScriptedPeer.connect(host: "127.0.0.1", port: port)
            try await plain.send(Self.ping)
            // What it gets is the alert in which TLS says so.
            #expect(try await plain.next() == nil)
            let secure = try await self.connect(to: port)
            #expect(try await secure.ask(Self.ping)?.payload.text == "hello")
        }
    }

    @Test("a server that speaks TLS gives up a client that connects and does not shake hands")
    func silentClient() async throws {
        var configuration = try self.configuration()
        configuration.heartbeatInterval = .milliseconds(50)
        configuration.heartbeatTimeout = .milliseconds(50)
        try await withEmbeddedServer(configuration, logger: .silent) { server in
            let client = try await ScriptedPeer.connect(host: "127.0.0.1", port: try #require(server.tlsPort))
            #expect(try await client.next() == nil)
        }
    }

    @Test("a server that speaks TLS lets in who has a certificate, if that is asked for, and nobody else")
    func clientCertificates() async throws {
        let clients = try TestCertificateAuthority(name: "clients")
        var configuration = try self.configuration()
        configuration.tls?.clientAuthority = clients.certificate.chain
        try await withEmbeddedServer(configuration, logger: .silent) { server in
            let port = try #require(server.tlsPort)
            let known = try await self.connect(to: port, identity: clients.issue(names: ["worker"]))
            #expect(try await known.ask(Self.ping)?.payload.text == "hello")
            let stranger = try await self.connect(to: port)
            #expect(try await stranger.next() == nil)
            #expect(await stranger.failure as? TransportError == .tls(.certificateWanted))
        }
    }

    @Test("a server that speaks TLS has its port again when it starts again, and none when it is stopped")
    func restart() async throws {
        let server = try await EmbeddedServer.startedOnOwnPorts(tls: try self.configuration().tls)
        let port = try #require(server.tlsPort)
        let before = try await self.connect(to: port)
        #expect(try await before.ask(Self.ping) != nil)
        await server.stop()
        #expect(try await before.next() == nil)
        try await server.start()
        #expect(server.tlsPort == port)
        let after = try await self.connect(to: port)
        #expect(try await after.ask(Self.ping) != nil)
        await server.stop()
    }

    @Test("a server that speaks TLS does not start with a certificate and a key that do not go together")
    func keyMismatch() async throws {
        var configuration = try self.configuration()
        configuration.tls?.certificate.key = try self.authority.issue(names: ["localhost"]).key
        let server = EmbeddedServer(configuration, logger: .silent)
        let error = await #expect(throws: EmbeddedServerError.self) { try await server.start() }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains("CN=localhost") == true)
    }

    @Test("a server that speaks TLS does not start when its TLS port is taken")
    func takenPort() async throws {
        try await withEmbeddedServer(self.configuration(), logger: .silent) { first in
            var configuration = try self.configuration()
            configuration.tls?.port = try #require(first.tlsPort)
            let second = EmbeddedServer(configuration, logger: .silent)
            let error = await #expect(throws: EmbeddedServerError.self) { try await second.start() }
            #expect(error?.code == .cannotListen)
        }
    }
}
