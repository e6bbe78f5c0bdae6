import EmbeddedEventStore
import Foundation
import InMemoryTracing
import Logging
import MetricsTestKit
import PhotonPump
import PhotonPumpAdmin
import PhotonPumpTransport
import PhotonPumpWire
import ScriptedPeers
import Testing
import Tracing

/// What is logged, thrown, measured, traced and printed has no password in it, in none of the forms that it travels in.
@Suite("Passwords", .timeLimit(.minutes(1)), .enabled(if: TestServer.isEmbedded, "needs users of its own"))
struct SecretsTests {
    /// With characters that URLs, JSON and shells write in another way.
    private static let password = #"hu&n/t"e%r 2ü"#
    private static let wrong = "not-the-password"
    private static let later = "hunter2-later"

    /// What must be nowhere.
    private static let secrets: [String] = [password, wrong, later].flatMap { secret -> [String] in
        let encoded = secret.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? secret
        let json = (try? JSONEncoder().encode(secret)).map {
            String(decoding: $0.dropFirst().dropLast(), as: UTF8.self)
        }
        let basic = Data("ann:\(secret)".utf8).base64EncodedString()
        return [
            secret, encoded, json ?? secret, basic, Data(secret.utf8).base64EncodedString(), "\(Array(secret.utf8))",
        ]
    }

    private static func expectNone(in text: String, _ place: String) {
        for secret in Self.secrets where text.contains(secret) {
            Issue.record("\(place): \(text.prefix(2000))")
        }
    }

    /// All that anybody could print of a value.
    private static func expectNone(in value: Any, as place: String) {
        var dumped = ""
        dump(value, to: &dumped)
        for text in ["\(value)", String(reflecting: value), dumped] { self.expectNone(in: text, place) }
        if let error = value as? any Error { self.expectNone(in: error.localizedDescription, place) }
    }

    private static func settings() -> EmbeddedServer.Configuration {
        var settings = EmbeddedServer.Configuration()
        settings.httpPort = 0
        settings.users.append(.init(name: "ann", password: Self.password, groups: ["$admins"]))
        return settings
    }

    private static func options(_ call: CallOptions) -> SubscriptionOptions {
        var options = SubscriptionOptions()
        options.call = call
        return options
    }

    /// What goes wrong with users, by TCP and by HTTP.
    private static func fail(_ client: Client, _ httpPort: Int) async throws -> [PhotonPumpError] {
        let stranger = CallOptions(credentials: Credentials(username: "ann", password: Self.wrong))
        let admin = Admin(client, httpPort: httpPort)
        return [
            try await failure { try await client.ping(options: stranger) },
            try await failure { try await client.publish([], to: "ponies", options: stranger) },
            try await failure { try await client.subscribe(to: "ponies", options: Self.options(stranger)) },
            try await failure {
                try await client.changeCredentials(to: Credentials(username: "ann", password: Self.wrong))
            },
            try await failure {
                try await client.subscriptionInfo("none", to: "ponies", httpPort: httpPort, options: stranger)
            },
            try await failure { try await admin.users.list(options: stranger) },
            try await failure { try await admin.users.changePassword(of: "ann", from: Self.wrong, to: Self.later) },
            try await failure {
                try await admin.users.create("ann", fullName: "Ann", password: Self.later, groups: ["$ops"])
            },
        ]
    }

    @Test("passwords are in no log, error, metric or span of a client and a server, and in nothing that they print")
    func everywhere() async throws {
        let (book, serverBook) = (LogBook(), LogBook())
        let (metrics, tracer) = (TestMetrics(), W3CTracer(service: "a"))
        var errors: [PhotonPumpError] = []
        try await withEmbeddedServer(Self.settings(), logger: serverBook.logger) { server in
            let httpPort = try #require(server.httpPort)
            var configuration = try Client.Configuration(server.connectionString)
            configuration.credentials = Credentials(username: "ann", password: Self.password)
            Self.expectNone(in: configuration, as: "settings")
            Self.expectNone(in: Self.settings(), as: "a server's settings")

            let client = try Client(configuration, logger: book.logger, metrics: metrics, tracer: tracer)
            try await client.connect()
            try await client.publish(Pony.events(3), to: "ponies")
            try await client.createSubscription("herd", to: "ponies")
            let subscription = try await client.subscribe(to: "ponies")
            errors += try await Self.fail(client, httpPort)
            let admin = Admin(client, httpPort: httpPort)
            try await admin.users.create("rarity", fullName: "Rarity", password: Self.later)
            try await admin.users.resetPassword(of: "rarity", to: Self.wrong)
            await server.dropConnections(abruptly: true)
            _ = try await client.ping()
            Self.expectNone(in: await client.status, as: "a status")
            for value in [client, subscription, admin] as [Any] {
                Self.expectNone(in: "\(value) \(String(reflecting: value))", "\(type(of: value))")
            }
            await client.close()

            configuration.credentials?.password = Self.wrong
            let other = try Client(configuration, logger: book.logger, metrics: metrics, tracer: tracer)
            let changes = await other.changes
            errors.append(try await failure { try await other.connect() })
            await other.close()
            for await change in changes { Self.expectNone(in: change, as: "a change") }
        }
        for error in errors { Self.expectNone(in: error, as: "an error") }
        #expect(!book.lines.value.isEmpty && !serverBook.lines.value.isEmpty)
        for line in book.lines.value + serverBook.lines.value { Self.expectNone(in: "\(line)", "a log") }
        let instruments = Instrument.all(of: metrics)
        #expect(!instruments.isEmpty)
        Self.expectNone(in: "\(instruments)", "metrics")
        #expect(tracer.spans.count > 5)
        for span in tracer.spans {
            var attributes = ""
            // swift-format-ignore: ReplaceForEachWithForLoop
            span.attributes.forEach { attributes += "\($0)=\($1) " }
            let events = span.events.map { "\($0) \($0.attributes)" }
            Self.expectNone(in: "\(span.operationName) \(attributes) \(events) \(span.errors)", "a span")
        }
    }

    @Test("private keys are in nothing that a certificate, a server's settings or a client's print")
    func privateKeys() throws {
        let authority = try TestCertificateAuthority()
        let certificate = try authority.issue(names: ["localhost"])
        var server = EmbeddedServer.Configuration()
        server.tls = .init(certificate: certificate)
        var client = try Client.Configuration("tls://localhost")
        var tls = TLSSettings()
        tls.trust = .authorities(.text(authority.certificate.chain))
        tls.clientCertificate = .init(certificate: .text(certificate.chain), key: .text(certificate.key))
        client.tls = tls
        let identity = TLSIdentity(certificates: .text(certificate.chain), key: .text(certificate.key))
        let session = TLSClientSettings(identity: identity)
        for value in [authority, certificate, server, client, session] as [Any] {
            var dumped = ""
            dump(value, to: &dumped)
            for text in ["\(value)", String(reflecting: value), dumped] {
                #expect(!text.contains("PRIVATE KEY"), "\(type(of: value))")
            }
        }
    }

    /// Servers know the password; that is no reason to tell it to whoever reads logs.
    @Test(
        "passwords that a server repeats in what it says are left out, with what it says",
        arguments: [
            "user ann has no password \(password)", "Basic \(Data("ann:\(password)".utf8).base64EncodedString())",
        ])
    func repeated(words: String) async throws {
        let book = LogBook()
        func login(_ configuration: inout Client.Configuration) {
            configuration.credentials = Credentials(username: "ann", password: Self.password)
            configuration.reconnection.maximumAttempts = 0
        }
        try await ScriptedSession.run(login, logger: book.logger) { session in
            for command in [Command.badRequest, .notAuthenticated] {
                let ping = Task { try await session.client.ping() }
                let request = try await session.peer.next(.ping)
                try await session.peer.send(Package(command, request.correlation, payload: Bytes(utf8: words)))
                let error = try await failure { try await ping.value }
                #expect(error.serverMessage == nil)
                Self.expectNone(in: error, as: "an error")
            }
            let writing = Task { try await session.client.publish([], to: "ponies") }
            let request = try await session.peer.next(.writeEvents)
            let refusal = WriteEventsCompleted(result: .accessDenied, message: words)
            try await session.peer.send(Package(.writeEventsCompleted, request.correlation, payload: refusal.encoded()))
            Self.expectNone(in: try await failure { try await writing.value }, as: "an error")
            try await session.peer.send(Package(.badRequest, .zero, payload: Bytes(utf8: words)))
            Self.expectNone(in: try await session.changes.loss(), as: "a loss")
        }
        let server = ScriptedServer()
        let client = try Client(try await ScriptedSession.configuration(for: server, login), logger: book.logger)
        let connecting = Task { try await client.connect() }
        let peer = try await server.nextConnection()
        let question = try await peer.next(.authenticate)
        try await peer.send(Package(.notAuthenticated, question.correlation, payload: Bytes(utf8: words)))
        Self.expectNone(in: try await failure { try await connecting.value }, as: "an error")
        await client.close()
        await server.stop()
        for line in book.lines.value { Self.expectNone(in: "\(line)", "a log") }
    }

    @Test("passwords that a server repeats over HTTP are left out, with what it says")
    func repeatedOverHTTP() async throws {
        for words in [Self.password, Data("ann:\(Self.password)".utf8).base64EncodedString()] {
            let server = try AnsweringServer()
            server.start(status: "401 Unauthorized", answer: "no such login: \(words)")
            var configuration = Client.Configuration(endpoint: Endpoint(host: "127.0.0.1", port: 1))
            configuration.credentials = Credentials(username: "ann", password: Self.password)
            let client = try Client(configuration, logger: .silent)
            let error = try await failure { try await client.subscriptionInfo("g", to: "s", httpPort: server.port) }
            #expect(error.code == .accessDenied)
            Self.expectNone(in: error, as: "an error")
            await client.close()
            await server.stop()
        }
    }
}
