import EmbeddedEventStore
import PhotonPump
import ScriptedPeers
import Testing

@Suite("A cluster whose nodes fail", .timeLimit(.minutes(1)), .enabled(if: TestCluster.isEmbedded, "kills the nodes"))
struct FailoverTests {
    /// Runs `body` with a cluster and a client that finds its nodes by gossip.
    private static func run(
        _ adjust: (inout Client.Configuration) -> Void = { _ in },
        _ body: (EmbeddedCluster, Client) async throws -> Void
    ) async throws {
        try await withEmbeddedCluster(logger: .silent) { cluster in
            var configuration = try Client.Configuration(cluster.connectionString)
            configuration.operationTimeout = .seconds(50)
            configuration.connectTimeout = .seconds(50)
            configuration.discovery.gossipTimeout = .seconds(30)
            configuration.discovery.interval = .milliseconds(10)
            configuration.reconnection.maximumDelay = .milliseconds(100)
            adjust(&configuration)
            try await withClient(configuration, logger: .silent) { try await body(cluster, $0) }
        }
    }

    private static func run(
        preferring preference: NodePreference,
        _ body: (EmbeddedCluster, Client) async throws -> Void
    ) async throws {
        let settings: (inout Client.Configuration) -> Void = { $0.nodePreference = preference }
        try await self.run(settings, body)
    }

    private static func endpoint(_ node: Int, of cluster: EmbeddedCluster) async -> Endpoint {
        Endpoint(host: "127.0.0.1", port: cluster.nodes[node].port)
    }

    /// The number of the node that a client is connected to.
    private static func node(of client: Client, in cluster: EmbeddedCluster) async throws -> Int {
        for node in cluster.nodes.indices where await self.endpoint(node, of: cluster) == client.status.endpoint {
            return node
        }
        throw CancellationError()
    }

    @Test(
        "S62: a call made while there is no master succeeds when there is one",
        arguments: [NodePreference.master, .follower])
    func noMaster(_ preference: NodePreference) async throws {
        try await Self.run(preferring: preference) { cluster, client in
            try await client.publish(try Pony.events(1), to: "ponies")
            try await cluster.kill(0, election: .onDemand)
            let call = Task { try await client.publish(try Pony.events(1), to: "ponies").lastEventNumber }
            // Two if it was sent before the loss was noticed, and is looked for first.
            try await client.settles { $0.inFlight + $0.waiting >= 1 }
            #expect(await cluster.master == nil)
            try await cluster.moveMaster(to: 2)
            #expect(try await call.value == 1)
        }
    }

    @Test(
        "a cluster whose nodes fail is found again by nodes that were only heard of, when the seed stays away and searches were in vain"
    )
    func seedStaysAway() async throws {
        try await withEmbeddedCluster(logger: .silent) { cluster in
            let port = try #require(cluster.nodes[0].httpPort)
            var configuration = try Client.Configuration("discover://admin:changeit@127.0.0.1:\(port)")
            configuration.operationTimeout = .seconds(50)
            // Searches are cut short by it.
            configuration.connectTimeout = .milliseconds(300)
            configuration.discovery.interval = .milliseconds(10)
            configuration.reconnection.firstDelay = .milliseconds(1)
            configuration.reconnection.maximumDelay = .milliseconds(20)
            let client = try Client(configuration, logger: .silent)
            try await client.ping()
            let changes = await client.changes
            for node in 0..<3 { try await cluster.kill(node) }
            var searches = 0
            for await case .reconnecting in changes {
                searches += 1
                if searches == 4 { break }
            }
            try await cluster.restart(1)
            try await cluster.restart(2)
            try await client.ping()
            await client.close()
        }
    }

    @Test("S62: a client goes on when the last node alive was no master and a new master appears elsewhere")
    func lastNode() async throws {
        try await Self.run(preferring: .follower) { cluster, client in
            try await client.publish(try Pony.events(1), to: "ponies")
            try await cluster.kill(0, election: .onDemand)
            try await cluster.kill(1, election: .onDemand)
            let call = Task { try await client.publish(try Pony.events(1), to: "ponies").lastEventNumber }
            try await client.settles { $0.inFlight + $0.waiting == 1 }
            try await cluster.restart(0)
            try await cluster.moveMaster(to: 0)
            #expect(try await call.value == 1)
            #expect(await client.status.endpoint == Self.endpoint(0, of: cluster), "it went where the master is")
        }
    }

    @Test("a cluster whose nodes fail is followed to its new master by what is written, wherever the client is")
    func movingMaster() async throws {
        try await Self.run { cluster, client in
            for (number, master) in [1, 2, 0, 2, 1].enumerated() {
                try await cluster.moveMaster(to: master)
                let written = try await client.publish(try Pony.events(1), to: "ponies")
                #expect(written.lastEventNumber == Int64(number))
                #expect(await client.status.endpoint == Self.endpoint(master, of: cluster))
            }
            try await cluster.nodes[1].waitForConnectionCount(1)
            try await cluster.nodes[0].waitForConnectionCount(0)
            try await cluster.nodes[2].waitForConnectionCount(0)
        }
    }

    @Test("a cluster whose nodes fail is asked again when a node names a master that is dead")
    func staleRedirect() async throws {
        try await Self.run(preferring: .follower) { cluster, client in
            let node = try await Self.node(of: client, in: cluster)
            let dead = try UnusedPort()
            let fault = try await cluster.nodes[node].faults.add(
                .answer(.notMaster(host: "127.0.0.1", port: dead.number), to: .writeEvents, times: 1))
            let changes = await client.changes
            #expect(try await client.publish(try Pony.events(1), to: "ponies").lastEventNumber == 0)
            #expect(fault.effectCount == 1)
            await client.close()
            let names = await changes.reduce(into: [String]()) { $0.append($1.name) }
            #expect(!names.contains("reconnecting"), "there was a connection all the time")
        }
    }

    @Test("a cluster whose nodes fail is not chased to and fro without a pause when two nodes name each other")
    func mutualRedirects() async throws {
        try await withEmbeddedServer(logger: .silent) { one in
            try await withEmbeddedServer(logger: .silent) { other in
                var faults: [EmbeddedServer.ActiveFault] = []
                for (server, master) in [(one, other), (other, one)] {
                    let refusal = EmbeddedServer.Fault.Refusal.notMaster(host: "127.0.0.1", port: master.port)
                    faults.append(try await server.faults.add(.answer(refusal, to: .writeEvents)))
                }
                let configuration = try TestServer.configuration(one.connectionString)
                try await withClient(configuration, logger: .silent) { client in
                    let options = CallOptions(timeout: .seconds(1))
                    let error = try await failure {
                        try await client.publish(try Pony.events(1), to: "ponies", options: options)
                    }
                    #expect(error.code == .timedOut)
                    let count = faults.map(\.effectCount).reduce(0, +)
                    #expect((3...40).contains(count), "\(count)")
                }
            }
        }
    }

    @Test(
        "a cluster whose nodes fail is found again by a client whose node has lost touch with the others, and goes on naming the old master"
    )
    func isolatedNode() async throws {
        try await Self.run(preferring: .follower) { cluster, client in
            try await client.publish(try Pony.events(1), to: "ponies", options: CallOptions(requireMaster: false))
            try await cluster.isolate(try await Self.node(of: client, in: cluster))
            try await cluster.kill(0)
            #expect(try await client.publish(try Pony.events(1), to: "ponies").lastEventNumber == 1)
        }
    }

    @Test("a cluster with a better node has the client move there by itself when it looks now and then")
    func betterNode() async throws {
        let settings: (inout Client.Configuration) -> Void = { $0.discovery.backgroundInterval = .milliseconds(20) }
        try await Self.run(settings) { cluster, client in
            #expect(await client.status.endpoint == Self.endpoint(0, of: cluster))
            let changes = await client.changes
            try await cluster.moveMaster(to: 2)
            for await case .connected(let endpoint) in changes {
                #expect(await endpoint == Self.endpoint(2, of: cluster))
                break
            }
            #expect(await client.status.role == .master)
            try await client.ping()
        }
    }

    @Test("a cluster whose master changes has a client with a fixed address find out what its node is, and stay there")
    func fixedAddress() async throws {
        try await withEmbeddedCluster(logger: .silent) { cluster in
            try await withClient(cluster.nodes[1].connectionString, logger: .silent) { client in
                #expect(await client.status.role == nil)
                for (master, role) in [(0, .follower), (1, .master), (2, .follower)] as [(Int, NodeState)] {
                    try await cluster.moveMaster(to: master)
                    #expect(try await client.findRole() == role)
                    #expect(await client.status.role == role)
                    #expect(await client.status.endpoint == Self.endpoint(1, of: cluster))
                }
            }
        }
    }

    @Test("a cluster whose master changes is known by the gossip that the client reads now and then")
    func knownByGossip() async throws {
        let settings: (inout Client.Configuration) -> Void = {
            ($0.nodePreference, $0.discovery.backgroundInterval) = (.random, .milliseconds(20))
        }
        try await Self.run(settings) { cluster, client in
            let node = try await Self.node(of: client, in: cluster)
            for master in [(node + 1) % 3, node, (node + 2) % 3] {
                try await cluster.moveMaster(to: master)
                let role = master == node ? NodeState.master : .follower
                while await client.status.role != role { try await client.ping() }
            }
            #expect(await client.status.endpoint == Self.endpoint(node, of: cluster))
        }
    }

    @Test("S64: a cluster whose nodes fail is ready for the first write when it says so, not when its ports are open")
    func ready() async throws {
        try await Self.run { cluster, client in
            try await cluster.kill(0, election: .onDemand)
            try await cluster.restart(0, alone: true)
            let url = cluster.nodes[0].connectionString
            let ready = Task { try await cluster.waitUntilReady(0) }
            let refusal = try await failure {
                try await withClient(url, logger: .silent) { _ in }
            }
            #expect(refusal.code == .notAuthenticated, "it knows no users yet")
            try await cluster.reconnect(0)
            try await cluster.moveMaster(to: 0)
            try await ready.value
            try await withClient(url, logger: .silent) { client in
                let written = try await client.publish(try Pony.events(1), to: "ponies")
                #expect(written.lastEventNumber == 0)
            }
        }
    }
}
