import EmbeddedEventStore
import Foundation
import PhotonPump
import Testing

/// A directory with an authority's certificate, and what servers need to be trusted by those who have that.
struct Trust {
    let authority: TestCertificateAuthority
    let directory: URL
    /// The authority's certificate.
    let file: String

    /// Runs `body`, and removes the directory.
    static func run(_ body: (Trust) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "photonpump-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let authority = try TestCertificateAuthority(name: "Pony Authority")
        try await body(Trust(authority: authority, directory: directory, file: authority.write(to: directory).path))
    }

    /// Settings of a server with that certificate, one for this machine by the authority unless told otherwise.
    func server(_ certificate: TestCertificate? = nil) throws -> EmbeddedServer.Configuration {
        var configuration = EmbeddedServer.Configuration()
        // To a client that waits for TLS, a plain server says its first word then.
        configuration.heartbeatInterval = .milliseconds(100)
        configuration.tls = .init(
            certificate: try certificate ?? self.authority.issue(names: ["localhost", "127.0.0.1"]))
        return configuration
    }
}

@Suite("A client that speaks TLS", .timeLimit(.minutes(1)))
struct TLSTests {
    @Test("a client that speaks TLS is served as one that does not")
    func served() async throws {
        try await Trust.run { trust in
            try await withEmbeddedServer(try trust.server(), logger: .silent) { server in
                let url = try #require(server.tlsConnectionString)
                try await withClient("\(url)?tlsCAFile=\(trust.file)", logger: .silent) { client in
                    try await client.publish(try Pony.events(3), to: "ponies")
                    #expect(try await client.getLastEvent(in: "ponies").number == 2)
                    await server.dropConnections(abruptly: true)
                    #expect(try await client.getLastEvent(in: "ponies").number == 2)
                }
            }
        }
    }

    @Test("a client that speaks TLS checks each server for a name of its own, if told so, and refuses the other's")
    func namesOfTheirOwn() async throws {
        try await Trust.run { trust in
            func server(_ name: String) throws -> EmbeddedServer.Configuration {
                try trust.server(trust.authority.issue(names: [name]))
            }
            try await withEmbeddedServer(try server("es-1.example"), logger: .silent) { one in
                try await withEmbeddedServer(try server("es-2.example"), logger: .silent) { other in
                    let (port, otherPort) = (try #require(one.tlsPort), try #require(other.tlsPort))
                    for (port, refused) in [(port, "es-2.example"), (otherPort, "es-1.example")] {
                        var configuration = Client.Configuration(endpoint: Endpoint(host: "127.0.0.1", port: port))
                        var tls = TLSSettings()
                        tls.trust = .authorities(.file(trust.file))
                        tls.expectedHostNames = [
                            "127.0.0.1:\(one.tlsPort ?? 0)": "es-1.example", "127.0.0.1": "es-2.example",
                        ]
                        configuration.tls = tls
                        try await withClient(configuration, logger: .silent) { _ = try await $0.ping() }
                        // The other way round.
                        configuration.tls?.expectedHostNames = ["127.0.0.1:\(port)": refused]
                        let error = try await failure { try await withClient(configuration, logger: .silent) { _ in } }
                        #expect("\(error)".contains("'\(refused)'"), "\(error)")
                    }
                }
            }
        }
    }

    @Test("a client that speaks TLS takes its authority as text, too")
    func text() async throws {
        try await Trust.run { trust in
            try await withEmbeddedServer(try trust.server(), logger: .silent) { server in
                var configuration = try Client.Configuration(try #require(server.tlsConnectionString))
                let authority = TLSSettings.PEM.text(try String(contentsOfFile: trust.file, encoding: .utf8))
                configuration.tls?.trust = .authorities(authority)
                #expect(try await withClient(configuration, logger: .silent) { try await $0.ping() } > .zero)
                configuration.tls?.trust = .authorities(.text("no certificate"))
                let error = #expect(throws: PhotonPumpError.self) { try Client(configuration) }
                #expect(error?.description.contains("not in PEM format") == true, "\(String(describing: error))")
            }
        }
    }

    @Test("a client that speaks TLS shows its certificate to a server that asks for one, which refuses it without")
    func clientCertificate() async throws {
        try await Trust.run { trust in
            let clients = try TestCertificateAuthority(name: "clients")
            var settings = try trust.server()
            settings.tls?.clientAuthority = clients.certificate.chain
            try await withEmbeddedServer(settings, logger: .silent) { server in
                let url = "\(try #require(server.tlsConnectionString))?tlsCAFile=\(trust.file)"
                var configuration = try Client.Configuration(url)
                let error = try await failure { try await withClient(configuration, logger: .silent) { _ in } }
                #expect("\(error)".contains("tls.clientCertificate, or tlsCertFile and tlsKeyFile"), "\(error)")
                let certificate = try clients.issue(names: ["worker"])
                configuration.tls?.clientCertificate = .init(
                    certificate: .text(certificate.chain), key: .text(certificate.key))
                try await withClient(configuration, logger: .silent) { _ = try await $0.ping() }
            }
        }
    }

    /// What is wrong with a server, or with what the client makes of it.
    enum Trouble: CaseIterable, Sendable {
        case unknownAuthority, wrongName, expired, plainPort, tlsPort
    }

    static func certificate(_ trouble: Trouble, _ trust: Trust) throws -> TestCertificate? {
        switch trouble {
        case .unknownAuthority: try TestCertificateAuthority(name: "Stranger").issue(names: ["127.0.0.1"])
        case .wrongName: try trust.authority.issue(names: ["es.example"])
        case .expired:
            try trust.authority.issue(
                names: ["old.example", "127.0.0.1"],
                validity: Date(timeIntervalSince1970: 1_000_000_000)..<Date(timeIntervalSince1970: 1_100_000_000)
            )
        case .plainPort, .tlsPort: nil
        }
    }

    /// Where the client is sent.
    static func url(_ trouble: Trouble, _ server: EmbeddedServer, _ trust: Trust) async throws -> String {
        switch trouble {
        case .unknownAuthority, .wrongName, .expired:
            "tls://127.0.0.1:\(try #require(server.tlsPort))?tlsCAFile=\(trust.file)"
        case .plainPort: "tls://127.0.0.1:\(server.port)?tlsCAFile=\(trust.file)"
        case .tlsPort: "tcp://127.0.0.1:\(try #require(server.tlsPort))"
        }
    }

    /// Words of the error: the certificate, and what to change.
    static func words(_ trouble: Trouble) -> [String] {
        switch trouble {
        case .unknownAuthority: ["Stranger", "tlsCAFile"]
        case .wrongName: ["es.example", "127.0.0.1", "tlsHostName"]
        case .expired: ["old.example", "expired", "2004"]
        case .plainPort: ["does not speak TLS", "tcp://"]
        case .tlsPort: ["TLS", "tls://"]
        }
    }

    @Test(
        "S60: a client that speaks TLS has an error for each thing that can be wrong, and tries once",
        arguments: Trouble.allCases)
    func trouble(_ trouble: Trouble) async throws {
        try await Trust.run { trust in
            let settings = try trust.server(Self.certificate(trouble, trust))
            try await withEmbeddedServer(settings, logger: .silent) { server in
                let client = try Client(try await Self.url(trouble, server, trust), logger: .silent)
                let changes = await client.changes
                var errors = [try await failure { try await client.connect() }]
                // A call fails the same way, and at once, where there is no doubt.
                if trouble != .tlsPort { errors.append(try await failure { try await client.ping() }) }
                for error in errors {
                    #expect(error.code == .connectionFailed)
                    #expect(error.endpoint?.hasPrefix("127.0.0.1:") == true)
                    for word in Self.words(trouble) { #expect("\(error)".contains(word), "\(error)") }
                }
                #expect(await client.status.phase == .idle)
                await client.close()
                let names = await changes.reduce(into: []) { $0.append($1.name) }
                #expect(names == errors.map { _ in "gave up" } + ["closed"])
            }
        }
    }
}
