import PhotonPumpWire
import ScriptedPeers
import Testing

@testable import EmbeddedEventStore

/// Nodes that come and go, seen over sockets.
@Suite(.timeLimit(.minutes(1))) struct ClusterTests {
    private static func ask(_ server: EmbeddedServer, _ package: Package) async throws -> Package {
        let client = try await ScriptedPeer.connect(to: server)
        let answer = try #require(try await client.ask(package))
        await client.close()
        return answer
    }

    /// The last number of `s` as a node knows it; nil when it does not answer with one.
    private static func lastNumber(_ server: EmbeddedServer, requireMaster: Bool = false) async throws -> Int64? {
        let answer = try await Self.ask(server, .reading(requireMaster: requireMaster))
        guard answer.command == .readStreamEventsForwardCompleted else { return nil }
        return try ReadStreamEventsCompleted(decoding: answer.payload).lastEventNumber
    }

    private static func refusal(_ answer: Package) throws -> NotHandled {
        try #require(answer.command == .notHandled)
        return try NotHandled(decoding: answer.payload)
    }

    @Test("a follower sends those who want the master to it, and serves the others", arguments: Generation.allCases)
    func redirect(_ generation: Generation) async throws {
        var configuration = EmbeddedCluster.Configuration.patient
        configuration.node.generation = generation
        try await withEmbeddedCluster(configuration, logger: .silent) { cluster in
            try await cluster.moveMaster(to: 2)
            let refusal = try Self.refusal(await Self.ask(cluster.nodes[0], .writing("a", requireMaster: true)))
            #expect(refusal.reason == .notMaster)
            let master = try #require(refusal.master)
            #expect((master.tcpHost, master.httpHost) == ("127.0.0.1", "127.0.0.1"))
            #expect(master.tcpPort == Int32(cluster.nodes[2].port))
            #expect(master.httpPort == (cluster.nodes[2].httpPort).map(Int32.init))
            #expect((master.secureTCPHost, master.secureTCPPort) == (nil, nil))

            #expect(try await Self.ask(cluster.nodes[0], .writing("a")).command == .writeEventsCompleted)
            #expect(try await Self.lastNumber(cluster.nodes[1]) == 0)
            #expect(try await Self.lastNumber(cluster.nodes[1], requireMaster: true) == nil)
            #expect(try await Self.lastNumber(cluster.nodes[2], requireMaster: true) == 0)
        }
    }

    @Test("a master that is killed is gone at once, and another one has its events")
    func killMaster() async throws {
        try await withEmbeddedCluster(.patient, logger: .silent) { cluster in
            #expect(await cluster.master == 0)
            let ports = await Self.ports(cluster)
            let client = try await ScriptedPeer.connect(to: cluster.nodes[0])
            #expect(try await client.ask(.writing("a", requireMaster: true))?.command == .writeEventsCompleted)
            try await cluster.kill(0)
            #expect(try await client.next() == nil)
            #expect(await cluster.master == 1)
            await #expect(throws: (any Error).self) { try await ScriptedPeer.connect(to: cluster.nodes[0]) }
            #expect(try await Self.lastNumber(cluster.nodes[1], requireMaster: true) == 0)

            try await cluster.restart(0)
            #expect(await cluster.master == 1)
            #expect(await Self.ports(cluster) == ports)
            let refusal = try Self.refusal(await Self.ask(cluster.nodes[0], .reading(requireMaster: true)))
            #expect(refusal.master?.tcpPort == Int32(ports[1]))
            #expect(try await Self.lastNumber(cluster.nodes[0]) == 0)
        }
    }

    private static func ports(_ cluster: EmbeddedCluster) async -> [Int] {
        var ports: [Int] = []
        for node in cluster.nodes { ports.append(node.port) }
        for node in cluster.nodes { ports.append(node.httpPort ?? 0) }
        return ports
    }

    @Test("until there is another master, nodes are not ready for those who need one")
    func vacancy() async throws {
        try await withEmbeddedCluster(.patient, logger: .silent) { cluster in
            #expect(try await Self.ask(cluster.nodes[0], .writing("a")).command == .writeEventsCompleted)
            try await cluster.kill(0, election: .onDemand)
            try await cluster.waitForMaster(nil)
            for requireMaster in [true, false] {
                let answer = try await Self.ask(cluster.nodes[1], .writing("b", requireMaster: requireMaster))
                #expect(try Self.refusal(answer) == NotHandled(reason: .notReady))
            }
            #expect(try await Self.lastNumber(cluster.nodes[1]) == 0)
            try await cluster.restart(0)
            #expect(await cluster.master == nil)
            async let ready: Void = cluster.waitUntilReady(1)
            try await cluster.moveMaster(to: 2)
            try await ready
            #expect(try await Self.ask(cluster.nodes[1], .writing("b")).command == .writeEventsCompleted)
        }
    }

    @Test("an election can take its time")
    func delayedElection() async throws {
        try await withEmbeddedCluster(.patient, logger: .silent) { cluster in
            let clock = ContinuousClock()
            let start = clock.now
            try await cluster.kill(0, election: .after(.milliseconds(50)))
            #expect(try await cluster.waitForMaster() == 1)
            #expect(clock.now - start >= .milliseconds(50))
        }
    }

    @Test("the last node alive leads, and after all were killed the first to come")
    func lastOne() async throws {
        try await withEmbeddedCluster(.patient, logger: .silent) { cluster in
            #expect(try await Self.ask(cluster.nodes[0], .writing("a")).command == .writeEventsCompleted)
            for node in 0..<3 { try await cluster.kill(node) }
            #expect(await cluster.master == nil)
            try await cluster.restart(2)
            #expect(await cluster.master == 2)
            #expect(try await Self.lastNumber(cluster.nodes[2], requireMaster: true) == 0)
        }
    }

    @Test("a node that was cut off finds the new master when it is back")
    func isolation() async throws {
        try await withEmbeddedCluster(.patient, logger: .silent) { cluster in
            try await cluster.isolate(0)
            #expect(await cluster.master == 1)
            #expect(try Self.refusal(await Self.ask(cluster.nodes[0], .writing("a"))).reason == .notReady)
            await #expect(throws: EmbeddedServerError.self) { try await cluster.moveMaster(to: 0) }
            try await cluster.reconnect(0)
            let refusal = try Self.refusal(await Self.ask(cluster.nodes[0], .reading(requireMaster: true)))
            #expect(refusal.master?.tcpPort == Int32(cluster.nodes[1].port))
        }
    }

    @Test("a cluster that is stopped and started again has its events")
    func stopAndStart() async throws {
        let cluster = EmbeddedCluster(.patient, logger: .silent)
        try await cluster.start()
        try await cluster.start()
        #expect(try await Self.ask(cluster.nodes[1], .writing("a")).command == .writeEventsCompleted)
        let client = try await ScriptedPeer.connect(to: cluster.nodes[1])
        await cluster.stop()
        await cluster.stop()
        #expect(try await client.next() == nil)
        #expect(await cluster.connectionCount == 0)
        try await cluster.start()
        #expect(await cluster.master == 0)
        #expect(try await Self.lastNumber(cluster.nodes[1]) == 0)
        await cluster.stop()
    }

    @Test("a size or a node that makes no sense is an error that names it")
    func nonsense() async throws {
        for size in [0, -1, 101] {
            let cluster = EmbeddedCluster(.init(size: size), logger: .silent)
            let error = await #expect(throws: EmbeddedServerError.self) { try await cluster.start() }
            #expect(error?.code == .invalidConfiguration)
            #expect(error?.message.contains("size \(size)") == true)
        }
        try await withEmbeddedCluster(.init(size: 2), logger: .silent) { cluster in
            let error = await #expect(throws: EmbeddedServerError.self) { try await cluster.kill(2) }
            #expect(error?.code == .noSuchNode)
            #expect(error?.message.contains("node 2") == true)
        }
    }

    @Test("what does not happen can be waited for in vain, until the wait is cancelled")
    func cancellation() async throws {
        try await withEmbeddedCluster(.patient, logger: .silent) { cluster in
            let waiting = Task { try await cluster.waitForMaster(2) }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
        }
    }

    @Test("every node tells of all of them, until it is killed", arguments: Generation.allCases)
    func gossip(_ generation: Generation) async throws {
        var configuration = EmbeddedCluster.Configuration.patient
        configuration.node.generation = generation
        try await withEmbeddedCluster(configuration, logger: .silent) { cluster in
            try await cluster.moveMaster(to: 1)
            let ports = await Array(Self.ports(cluster)[..<3])
            for node in cluster.nodes {
                let gossip = try HTTPTests.object(await HTTPTests.get("/gossip?format=json", from: node).body)
                let members = try #require(gossip["members"] as? [[String: Any]])
                #expect(members.map { $0["externalTcpPort"] as? Int } == ports)
                let (leader, follower) =
                    generation == .version5 ? ("Master", "Slave") : ("Leader", "Follower")
                #expect(members.map { $0["state"] as? String } == [follower, leader, follower])
                #expect(gossip["serverPort"] as? Int == (node.httpPort))
            }
            try await cluster.kill(0)
            await #expect(throws: (any Error).self) { try await HTTPTests.get("/gossip", from: cluster.nodes[0]) }
            let gossip = try HTTPTests.object(await HTTPTests.get("/gossip", from: cluster.nodes[2]).body)
            let members = try #require(gossip["members"] as? [[String: Any]])
            #expect(members.map { $0["isAlive"] as? Bool } == [false, true, true])
        }
    }

    @Test("the connection string names all nodes")
    func connectionString() async throws {
        try await withEmbeddedCluster(.init(size: 2), logger: .silent) { cluster in
            let ports = await Self.ports(cluster)[2...].map { "127.0.0.1:\($0)" }
            #expect(cluster.connectionString == "discover://admin:changeit@\(ports.joined(separator: ","))")
        }
    }
}

extension Package {
    static func writing(_ letter: Character, requireMaster: Bool = false) -> Package {
        let events = [ProposedEvent(letter: letter)]
        let write = WriteEvents(stream: "s", expectedVersion: -2, events: events, requireMaster: requireMaster)
        return Package(.writeEvents, GUID(3, 4), payload: write.encoded())
    }

    static func reading(requireMaster: Bool) -> Package {
        let read = ReadStreamEvents(
            stream: "s", from: 0, maxCount: 1, resolveLinks: false, requireMaster: requireMaster)
        return Package(.readStreamEventsForward, GUID(5, 6), payload: read.encoded())
    }
}
