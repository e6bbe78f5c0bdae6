import Logging
import PhotonPumpTransport
import PhotonPumpWire
import ScriptedPeers
import Testing

@testable import EmbeddedEventStore

/// Clients over TCP that want more of a server than there is for them: connections, subscriptions, names and reasons
/// without end, and other consumers' events.
@Suite("Greedy clients", .timeLimit(.minutes(2)))
struct GreedyClientTests {
    private static func run(
        budget: Int = 256 << 20, connections: Int = 500, _ lines: LogLines = LogLines(),
        _ body: (EmbeddedServer) async throws -> Void
    ) async throws {
        var configuration = EmbeddedServer.Configuration.patient
        configuration.anonymousBudget = budget
        configuration.maximumConnections = connections
        try await withEmbeddedServer(configuration, logger: lines.logger, body)
    }

    @Test("greedy clients with names of a megabyte are known by the beginning")
    func names() async throws {
        try await Self.run { server in
            let peer = try await ScriptedPeer.connect(to: server)
            let name = IdentifyClient(version: 1, connectionName: String(repeating: "a\u{301}", count: 1 << 20))
            let package = Package(.identifyClient, GUID(1, 1), payload: name.encoded())
            #expect(try await peer.ask(package)?.command == .clientIdentified)
            let names = await server.connectionNames
            #expect(names.map(\.unicodeScalars.count) == [1000])
        }
    }

    @Test("greedy clients who connect without end are disconnected, named in the log, and harm nobody who is connected")
    func connections() async throws {
        let lines = LogLines()
        try await Self.run(connections: 50, lines) { server in
            let friend = try await ScriptedPeer.connect(to: server)
            #expect(try await friend.ask(FaultySession.ping(1))?.command == .pong)
            var half: [ScriptedPeer] = []
            for _ in 0..<49 { half.append(try await ScriptedPeer.connect(to: server)) }
            // The first bytes of frames that never end.
            for peer in half { try await peer.send([60, 0, 0, 0, 3, 0, 1]) }
            try await server.waitForConnectionCount(50)
            let before = Footprint.isKnown ? try Footprint() : nil
            for number in 0..<40 {
                try await withThrowingTaskGroup(of: Package?.self) { group in
                    for _ in 0..<50 {
                        group.addTask {
                            // Many are refused before they can be taken for connected.
                            guard let peer = try? await ScriptedPeer.connect(to: server) else { return nil }
                            return try await peer.next()
                        }
                    }
                    for try await package in group { #expect(package == nil) }
                }
                #expect(try await friend.ask(FaultySession.ping(UInt64(number)))?.command == .pong)
            }
            #expect(await server.connectionCount == 50)
            if let before {
                let after = try Footprint()
                print("2,000 connections too many: \(before), \(after) after")
                #expect(after.descriptors <= before.descriptors + 60)
                #expect(after.isWithin(32 << 10, of: before))
            }
            for peer in half { await peer.close() }
            try await server.waitForConnectionCount(1)
            #expect(try await ScriptedPeer.connect(to: server).ask(FaultySession.ping(2))?.command == .pong)
        }
        #expect(lines.all.count { $0.text == "too many clients" } == 2000)
    }

    @Test(
        "greedy consumers who want everything, acknowledge what they have not, and give endless reasons get no more by it"
    )
    func consumers() async throws {
        try await Self.run { server in
            let friend = try await ScriptedPeer.connect(to: server)
            var settings = PersistentSubscriptionSettings.tested
            settings.maxRetryCount = 0
            try await friend.create(settings)
            let greedy = try await ScriptedPeer.connect(to: server)
            try await greedy.consume(limit: .max)
            try await friend.consume(limit: 10)
            try await friend.write("abcd")
            // They take turns.
            var told: [String] = []
            for peer in [greedy, friend, greedy, friend] { told.append(try await peer.told()) }
            #expect(Set(told).count == 4)
            // None of these is in flight, or no longer, or somebody else's.
            for letters in ["xyz", "aa", "a"] { try await greedy.ack(letters) }
            try await greedy.expectSilence()
            let nak = PersistentSubscriptionNakEvents(
                subscriptionID: "s::g", eventIDs: [GUID(letter: "c")],
                message: String(repeating: "because ", count: 1 << 20),
                action: .park)
            try await greedy.request(nak, .persistentSubscriptionNakEvents, as: ScriptedPeer.subscription)
            try await greedy.expectSilence()
            let parked = await server.events(in: "$persistentsubscription-s::g-parked")
            #expect(parked.count == 1)
            #expect(parked.allSatisfy { $0.metadata.count < 100_000 })
            try await friend.ack("bd")
            try await friend.expectSilence()
            #expect(try await friend.ask(FaultySession.ping(1))?.command == .pong)
        }
    }

    @Test("unless it is told otherwise, a server can be reached from this machine alone")
    func loopback() async throws {
        #expect(EmbeddedServer.Configuration().host == "127.0.0.1")
        var settings = EmbeddedServer.Configuration.patient
        settings.httpPort = 0
        settings.tls = .init(certificate: try TestCertificateAuthority().issue(names: ["localhost"]))
        try await withEmbeddedServer(settings, logger: .silent) { server in
            let ports = [server.port, try #require(server.httpPort), try #require(server.tlsPort)]
            for port in ports {
                _ = try await ScriptedPeer.connect(host: "127.0.0.1", port: port, .unframed)
                // Another address of this machine, as those of its network are.
                await #expect(throws: (any Error).self) {
                    _ = try await ScriptedPeer.connect(host: "127.0.0.2", port: port, .unframed)
                }
            }
        }
    }
}

extension EmbeddedServer {
    fileprivate var connectionNames: [String] {
        self.connections.byID.values.map(\.statistics.clientConnectionName)
    }
}
