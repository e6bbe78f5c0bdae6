import EmbeddedEventStore
import Foundation
import PhotonPump
import PhotonPumpAdmin
import Testing

/// What is administered for real: on the server at `PHOTONPUMP_URL`, whose HTTP port is 2113 unless `PHOTONPUMP_HTTP_PORT`
/// says otherwise, or else on an embedded one.
@Suite("Administration of a server", .timeLimit(.minutes(1)), .serialized)
struct LiveServerTests {
    private static let variables = ProcessInfo.processInfo.environment

    private static func run(_ body: (Admin, Client) async throws -> Void) async throws {
        if let url = Self.variables["PHOTONPUMP_URL"] {
            let port = Self.variables["PHOTONPUMP_HTTP_PORT"].flatMap { Int($0) } ?? 2113
            return try await withClient(url, logger: .silent) { try await body(Admin($0, httpPort: port), $0) }
        }
        var settings = EmbeddedServer.Configuration()
        (settings.httpPort, settings.runsSystemProjections) = (0, true)
        try await withEmbeddedServer(settings, logger: .silent) { server in
            let port = try #require(server.httpPort)
            try await withClient(server.connectionString, logger: .silent) { client in
                try await body(Admin(client, httpPort: port), client)
            }
        }
    }

    private static func runsProjections() async throws -> Bool {
        var mode: String?
        try await Self.run { admin, _ in mode = try await admin.node.info().projectionsMode }
        return mode != "None"
    }

    private static func unique(_ name: String) -> String { "\(name)-\(UUID().uuidString.prefix(8))" }

    /// The error that a call ends with at last: real servers keep logins that were right, and hear a moment later that they no
    /// longer are.
    private static func refusal(_ call: () async throws -> User) async throws -> PhotonPumpError {
        while true {
            do {
                return try await failure(call)
            } catch is Unexpected {}
        }
    }

    @Test("users of a server are created, changed, disabled and deleted, and log in with their passwords")
    func users() async throws {
        try await Self.run { admin, client in
            let (users, name) = (admin.users, Self.unique("pony"))
            func options(_ password: String) -> CallOptions {
                CallOptions(credentials: Credentials(username: name, password: password))
            }
            try await users.create(name, fullName: "A Pony", password: "hay", groups: ["herd"])
            try await users.create(name, fullName: "A Pony", password: "hay", groups: ["herd"])
            let taken = try await failure { try await users.create(name, fullName: "A Pony", password: "oats") }
            #expect(taken.code == .alreadyExists)
            #expect(try await users.current(options: options("hay")).login == name)
            try await users.update(name, fullName: "The Pony", groups: ["herd", "others"])
            let user = try await users.get(name)
            #expect(user.fullName == "The Pony" && user.groups == ["herd", "others"] && !user.isDisabled)
            #expect(try await users.list().contains { $0.login == name })

            try await users.changePassword(of: name, from: "hay", to: "oats", options: options("hay"))
            #expect(try await Self.refusal { try await users.current(options: options("hay")) }.code == .accessDenied)
            try await users.resetPassword(of: name, to: "clover")
            #expect(try await users.current(options: options("clover")).login == name)
            _ = try await client.findLastEvent(in: name, options: options("clover"))
            let refused = try await failure { try await users.disable("ops", options: options("clover")) }
            #expect(refused.code == .accessDenied && refused.http?.status == 401)

            try await users.disable(name)
            #expect(try await users.get(name).isDisabled)
            let disabled = try await Self.refusal { try await users.current(options: options("clover")) }
            #expect(disabled.code == .accessDenied)
            try await users.enable(name)
            #expect(try await users.current(options: options("clover")).login == name)
            try await users.delete(name)
            #expect(try await failure { try await users.get(name) }.code == .notFound)
            #expect(try await failure { try await users.delete(name) }.code == .notFound)
        }
    }

    @Test(
        "the projections that a server has from the start are stopped, started and kept",
        .enabled("the server runs projections") { try await Self.runsProjections() })
    func standardProjections() async throws {
        try await Self.run { admin, _ in
            let projections = admin.projections
            try await projections.enable(.byCategory)
            let running = try await projections.wait(for: .byCategory, until: .running)
            #expect(running.name == .byCategory && running.mode == .continuous)
            #expect(try await projections.list(.continuous).contains { $0.name == .streams })
            #expect(try await projections.list(.oneTime).allSatisfy { $0.mode == .oneTime })
            #expect(try await projections.statistics(of: .byCategory).first?.name == .byCategory)
            #expect(try await projections.queryText(of: .byCategory).hasPrefix("first"))
            #expect(try await projections.query(of: .byCategory).emits)
            #expect(try await projections.configuration(of: .byCategory).emits)
            #expect(try await projections.state(of: .byCategory, as: JSONValue.self) == nil)
            #expect(try await failure { try await projections.delete(.byCategory) }.code == .wrongState)
            try await projections.disable(.byCategory)
            try await projections.wait(for: .byCategory, until: .stopped)
            try await projections.enable(.byCategory)
            try await projections.wait(for: .byCategory, until: .running)
            try await projections.abort(.streams)
            try await projections.wait(for: .streams, until: .aborted)
            try await projections.reset(.streams)
            try await projections.enable(.streams)
            try await projections.wait(for: .streams, until: .running)
        }
    }

    @Test(
        "a projection of a native type is created, run, changed and deleted",
        .enabled("the server runs projections") { try await Self.runsProjections() })
    func nativeProjection() async throws {
        try await Self.run { admin, _ in
            let (projections, name) = (admin.projections, ProjectionName(Self.unique("mine")))
            let native = ProjectionQuery.Language.native(
                "EventStore.Projections.Core.Standard.CategorizeStreamByPath")
            try await projections.createContinuous(name, query: "first\n_", language: native, emits: true)
            let twice = try await failure {
                try await projections.createContinuous(name, query: "first\n_", language: native, emits: true)
            }
            #expect(twice.code == .alreadyExists)
            try await projections.wait(for: name, until: .running)
            try await projections.updateQuery(of: name, to: "last\n-", language: native, emits: true)
            #expect(try await projections.query(of: name).text == "last\n-")
            #expect(try await failure { try await projections.delete(name) }.code == .wrongState)
            try await projections.disable(name)
            try await projections.wait(for: name, until: .stopped)
            var configuration = try await projections.configuration(of: name)
            configuration.pendingEventsThreshold = 4000
            try await projections.updateConfiguration(of: name, to: configuration)
            #expect(try await projections.configuration(of: name).pendingEventsThreshold == 4000)
            try await projections.delete(name, stateStream: true, checkpointStream: true)
            #expect(try await failure { try await projections.wait(for: name, until: .running) }.code == .notFound)
        }
    }

    @Test("persistent subscriptions of a server are listed and described, whatever they are called")
    func subscriptions() async throws {
        try await Self.run { admin, client in
            for (stream, group) in [("$odd: ü", "grüße & co"), ("plain", "a/b?c#d")] {
                let stream = Self.unique(stream)
                var settings = PersistentSubscriptionSettings()
                settings.maximumRetryCount = 3
                settings.strategy = .pinned
                try await client.createSubscription(group, to: stream, settings: settings)
                let herd = try await client.connectSubscription(group, to: stream)
                #expect(try await admin.subscriptions.list(to: stream).map(\.group) == [group])
                #expect(try await admin.subscriptions.list().contains { $0.group == group && $0.stream == stream })
                let details = try await admin.subscriptions.details(of: group, to: stream)
                #expect(details.connectionCount == 1 && details.stream == stream)
                if stream.hasPrefix("$odd") {
                    #expect(details.settings == settings && details.connections?.first?.username == "admin")
                    try await admin.subscriptions.replayParkedEvents(of: group, to: stream)
                }
                herd.stop()
                try await client.deleteSubscription(group, to: stream)
                let gone = try await failure { try await admin.subscriptions.details(of: group, to: stream) }
                #expect(gone.code == .subscriptionNotFound)
            }
        }
    }

    @Test("a node tells what it is and how it is, and scavenges")
    func node() async throws {
        try await Self.run { admin, _ in
            try await admin.node.ping()
            let info = try await admin.node.info()
            #expect(info.state == .master && !info.version.isEmpty)
            let health = try await admin.node(at: Endpoint(host: "127.0.0.1", port: admin.httpPort)).health()
            #expect(health.isLive && health.isReady && health.info == info)
            let statistics = try await admin.node.statistics()
            #expect(statistics.values.members?.isEmpty == false)
            #expect(statistics["proc", "id"]?.integer == statistics.processID)
            if let id = try await admin.node.startScavenge() {
                #expect(!id.isEmpty)
            }
            #expect(try await failure { try await admin.node.stopScavenge("nope") }.code == .notFound)
            let anonymous = try Admin.tested(httpPort: admin.httpPort, as: nil)
            #expect(try await failure { try await anonymous.node.startScavenge() }.code == .accessDenied)
            #expect(try await failure { try await anonymous.node.shutDown() }.code == .accessDenied)
            await anonymous.close()
        }
    }

    @Test("a node that is shut down is no longer live")
    func shutDown() async throws {
        var settings = EmbeddedServer.Configuration()
        settings.httpPort = 0
        try await withEmbeddedServer(settings, logger: .silent) { server in
            let admin = try Admin.tested(httpPort: try #require(server.httpPort))
            try await admin.node.shutDown()
            while try await admin.node.health().isLive {}
            #expect(try await admin.node.health().error?.code == .connectionFailed)
            await admin.close()
        }
    }
}
