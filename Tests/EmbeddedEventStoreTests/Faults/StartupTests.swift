import PhotonPumpWire
import ScriptedPeers
import Testing

@testable import EmbeddedEventStore

/// Servers whose ports are open and that are not ready yet.
@Suite(.timeLimit(.minutes(1))) struct StartupTests {
    private static func login(_ number: UInt64) throws -> Package {
        Package(.authenticate, GUID(5, number), login: try .admin)
    }

    private static func identify(_ number: UInt64) -> Package {
        Package(.identifyClient, GUID(7, number), payload: IdentifyClient(version: 1, connectionName: "t").encoded())
    }

    /// A read that only administrators may make.
    private static func readAll(_ number: UInt64, login: Login? = nil) -> Package {
        let read = ReadAllEvents(
            commitPosition: 0, preparePosition: 0, maxCount: 1, resolveLinks: false, requireMaster: true)
        return Package(.readAllEventsForward, GUID(8, number), login: login, payload: read.encoded())
    }

    private static func isAllowed(_ answer: Package?) throws -> Bool {
        let answer = try #require(answer)
        try #require(answer.command == .readAllEventsForwardCompleted)
        return try ReadAllEventsCompleted(decoding: answer.payload).result != .accessDenied
    }

    /// A server that was restarted and is not ready, and a client of it.
    private static func starting(
        _ startup: Startup, _ body: (EmbeddedServer, ScriptedPeer) async throws -> Void
    ) async throws {
        let server = try await EmbeddedServer.startedOnOwnPorts()
        try await server.restart(keepingData: true, startup: startup)
        try await body(server, .connect(to: server))
        await server.stop()
    }

    @Test("S79: a server that starts answers identifications but no logins, until one is repeated when it is ready")
    func ignored() async throws {
        try await Self.starting(.onDemand()) { server, client in
            try await client.send(Self.login(1))
            #expect(try await client.ask(Self.identify(1))?.command == .clientIdentified)
            try await client.send(Self.readAll(1, login: .admin))
            // Nothing can be answered without knowing who asks.
            try await client.send(FaultySession.ping(1))
            #expect(try await client.ask(Package(.heartbeatRequest, GUID(9, 9)))?.command == .heartbeatResponse)
            await server.finishStartup()
            let answer = try await client.ask(Self.login(2))
            #expect((answer?.command, answer?.correlation) == (.authenticated, GUID(5, 2)))
            #expect(try Self.isAllowed(try await client.ask(Self.readAll(2))))
        }
    }

    @Test("S79: a login that was not answered holds once the server is ready", arguments: Startup.Logins.allCases)
    func unanswered(_ logins: Startup.Logins) async throws {
        try await Self.starting(.onDemand(logins: logins)) { server, client in
            try await client.send(Self.login(1))
            if logins != .ignored { #expect(try await client.next()?.command == .notAuthenticated) }
            #expect(try await client.ask(Self.identify(1))?.command == .clientIdentified)
            await server.finishStartup()
            #expect(try Self.isAllowed(try await client.ask(Self.readAll(1))))
        }
    }

    @Test(
        "S8: a server that starts refuses logins, each in its words",
        arguments: [(.refused, "Unauthorized", .notAuthenticated), (.notReady, "Server not yet ready", .notHandled)]
            as [(Startup.Logins, String, Command)]
    )
    func refused(_ row: (logins: Startup.Logins, text: String, request: Command)) async throws {
        try await Self.starting(.onDemand(logins: row.logins)) { server, client in
            let answer = try await client.ask(Self.login(1))
            #expect((answer?.command, answer?.payload.text) == (.notAuthenticated, row.text))
            #expect(try await client.ask(Self.readAll(1, login: .admin))?.command == row.request)
            #expect(try await client.ask(Self.readAll(2))?.command == row.request)
            await server.finishStartup()
            #expect(try await client.ask(Self.login(2))?.command == .authenticated)
        }
    }

    @Test("requests without a login are not handled before a server is ready")
    func anonymous() async throws {
        try await Self.starting(.onDemand()) { server, client in
            #expect(try await client.ask(FaultySession.ping(1))?.command == .pong)
            let refusal = try #require(try await client.ask(FaultySession.write("a")))
            #expect(try NotHandled(decoding: refusal.payload).reason == .notReady)
            await server.finishStartup()
            #expect(try await client.ask(FaultySession.write("a"))?.command == .writeEventsCompleted)
        }
    }

    @Test("a startup ends by itself in time")
    func time() async throws {
        try await Self.starting(.after(.milliseconds(50), logins: .refused)) { server, client in
            var count: UInt64 = 0
            var answer: Package?
            repeat {
                count += 1
                answer = try await client.ask(Self.login(count))
            } while answer?.command == .notAuthenticated
            #expect(answer?.command == .authenticated)
            #expect(count > 1)
            await server.finishStartup()
            #expect(try Self.isAllowed(try await client.ask(Self.readAll(1))))
        }
    }

    @Test("a startup ends with the server, and the next one can be another")
    func stop() async throws {
        try await Self.starting(.onDemand()) { server, client in
            await server.kill()
            #expect(try await client.next() == nil)
            await server.finishStartup()
            try await server.start()
            #expect(try await ScriptedPeer.connect(to: server).ask(Self.login(1))?.command == .authenticated)
        }
    }

    @Test("a node that starts takes part when it is ready, and finds no others before it is to")
    func cluster() async throws {
        try await withEmbeddedCluster(.patient, logger: .silent) { cluster in
            try await cluster.kill(0)
            try await cluster.restart(0, startup: .onDemand(logins: .refused))
            let client = try await ScriptedPeer.connect(to: cluster.nodes[0])
            #expect(try await client.ask(Self.login(1))?.command == .notAuthenticated)
            #expect(try await client.ask(Self.identify(1))?.command == .clientIdentified)
            await cluster.nodes[0].finishStartup()
            try await cluster.waitUntilReady(0)
            #expect(try await client.ask(Self.login(2))?.command == .authenticated)

            try await cluster.kill(0)
            try await cluster.restart(0, alone: true, startup: .onDemand())
            await cluster.nodes[0].finishStartup()
            let other = try await ScriptedPeer.connect(to: cluster.nodes[0])
            #expect(try await other.ask(Self.login(1))?.payload.text == "Unauthorized")
            try await cluster.reconnect(0)
            #expect(try await other.ask(Self.login(2))?.command == .authenticated)
        }
    }

    @Test("a time that makes no sense is refused, naming it", arguments: [-1, 90_000])
    func invalid(_ seconds: Int) async throws {
        let server = EmbeddedServer(.patient, logger: .silent)
        let error = await #expect(throws: EmbeddedServerError.self) {
            try await server.start(startup: .after(.seconds(seconds)))
        }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains("\(seconds) s") == true)
    }
}
