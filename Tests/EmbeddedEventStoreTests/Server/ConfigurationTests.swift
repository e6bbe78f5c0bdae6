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
            Row("tls is nil") { $0.acceptsPlainConnections = false },
            Row("heartbeatInterval") { $0.heartbeatInterval = .zero },
            Row("heartbeatTimeout") { $0.heartbeatTimeout = .seconds(Int64.max) },
            Row("persistentSubscriptionTick") { $0.persistentSubscriptionTick = .zero },
            Row("pendingSendLimit") { $0.pendingSendLimit = 0 },
            Row("maximumConnections") { $0.maximumConnections = 0 },
            Row("anonymousBudget") { $0.anonymousBudget = 1_023 },
            Row("httpTimeout") { $0.httpTimeout = .zero },
            Row("frameLimit") { $0.frameLimit = 17 },
            Row("frameLimit") { $0.frameLimit = .max },
            Row("no name") { $0.users = [.init(name: "", password: "x")] },
            Row("'a' is given twice") {
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

    @Test(
        "a host that other machines can reach is a risk as long as a user has a new server's password",
        arguments: [
            ("127.0.0.1", false), ("127.1.2.3", false), ("::1", false), ("localhost", false), ("0.0.0.0", true),
            ("::", true), ("192.168.1.2", true), ("127.example.com", true), ("es.example", true),
        ])
    func risks(host: String, isRisk: Bool) {
        var configuration = EmbeddedServer.Configuration()
        configuration.host = host
        #expect(configuration.risks.contains { $0.contains(host) && $0.contains("admin or ops") } == isRisk)
        #expect(!"\(configuration.risks)".contains("changeit"))
        configuration.users = [.init(name: "admin", password: "x", groups: ["$admins"]), .ops]
        #expect(configuration.risks.contains { $0.contains("log in as ops with") } == isRisk)
        configuration.users = [.init(name: "admin", password: "x", groups: ["$admins"])]
        #expect(configuration.risks.isEmpty)
    }

    @Test("a risk is logged as a warning when the server starts", arguments: [("0.0.0.0", 1), ("127.0.0.1", 0)])
    func warning(host: String, count: Int) async throws {
        let lines = LogLines()
        var configuration = EmbeddedServer.Configuration()
        configuration.host = host
        try await withEmbeddedServer(configuration, logger: lines.logger) { _ in }
        #expect(lines.warnings.count == count)
        #expect(lines.warnings.allSatisfy { $0.contains(host) })
    }

    @Test("a password is not printed")
    func passwords() {
        #expect(!"\(EmbeddedServer.Configuration())".contains("changeit"))
    }
}
