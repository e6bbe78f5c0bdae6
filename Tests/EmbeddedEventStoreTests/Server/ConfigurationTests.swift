import Testing

@testable import EmbeddedEventStore

@Suite(.timeLimit(.minutes(1))) struct ConfigurationTests {
    struct Row: Sendable {
        let part: String
        let change: @Sendable (inout EmbeddedServer.Configuration) -> Void

        init(_ part: String, _ change: @escaping @Sendable (inout EmbeddedServer.Configuration) -> Void) {
            self.part = part
            self.change = change
        }
    }

    @Test(
        "a value that makes no sense is named when the server starts",
        arguments: [
            Row("host") { $0.host = "" },
            Row("port") { $0.port = -1 },
            Row("port") { $0.port = 65_536 },
            Row("httpPort") { $0.httpPort = 70_000 },
            Row("tls.port") {
                $0.tls = .init(certificate: TestCertificate(chain: "", key: ""))
                $0.tls?.port = -1
            },
            Row("tls: the certificate") { $0.tls = .init(certificate: TestCertificate(chain: "", key: "")) },
            Row("no tls") { $0.acceptsPlainConnections = false },
            Row("heartbeatInterval") { $0.heartbeatInterval = .zero },
            Row("heartbeatTimeout") { $0.heartbeatTimeout = .seconds(Int64.max) },
            Row("persistentSubscriptionTick") { $0.persistentSubscriptionTick = .zero },
            Row("pendingSendLimit") { $0.pendingSendLimit = 0 },
            Row("frameLimit") { $0.frameLimit = 17 },
            Row("frameLimit") { $0.frameLimit = .max },
            Row("no name") { $0.users = [.init(name: "", password: "x")] },
            Row("'a' is there twice") {
                $0.users = [.init(name: "a", password: "x"), .init(name: "a", password: "y")]
            },
            Row("password has 256 bytes") {
                $0.users = [.init(name: "a", password: String(repeating: "x", count: 256))]
            },
        ]
    )
    func validation(_ row: Row) async throws {
        var configuration = EmbeddedServer.Configuration()
        row.change(&configuration)
        let server = EmbeddedServer(configuration, logger: .silent)
        let error = await #expect(throws: EmbeddedServerError.self) { try await server.start() }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains(row.part) == true, "\(String(describing: error))")
    }

    @Test("a host that is no name and no address is an error")
    func unknownHost() async throws {
        var configuration = EmbeddedServer.Configuration()
        configuration.host = "256.256.256.256"
        let server = EmbeddedServer(configuration, logger: .silent)
        let error = await #expect(throws: EmbeddedServerError.self) { try await server.start() }
        #expect(error?.code == .cannotListen)
    }

    @Test("a password is not printed")
    func passwords() {
        #expect(!"\(EmbeddedServer.Configuration())".contains("changeit"))
    }
}
