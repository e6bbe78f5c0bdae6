import EmbeddedEventStore
import Foundation
import PhotonPump
import Testing

/// The cluster that the behaviour of the client is tested on: an embedded one of each test's own, or the real one that
/// `PHOTONPUMP_CLUSTER_URL` names.
enum TestCluster {
    static let realURL = ProcessInfo.processInfo.environment["PHOTONPUMP_CLUSTER_URL"].flatMap { $0.isEmpty ? nil : $0 }

    /// For tests that kill nodes.
    static let isEmbedded = TestCluster.realURL == nil
    static let speaksTLS = TestCluster.realURL.map { (try? Client.Configuration($0).tls) != nil } ?? true

    /// Runs `body` with settings that find a node as an administrator.
    ///
    /// - Parameters:
    ///   - generation: in whose words an embedded cluster speaks of itself.
    ///   - tls: whether an embedded cluster speaks TLS only; a real one does as its URL says.
    static func withConfiguration(
        _ generation: Generation = .version5, tls: Bool = false, _ body: (Client.Configuration) async throws -> Void
    ) async throws {
        if let url = self.realURL { return try await body(self.configuration(url)) }
        try await Trust.run { trust in
            var settings = EmbeddedCluster.Configuration()
            settings.node.generation = generation
            if tls {
                settings.node.tls = try trust.server().tls
                settings.node.acceptsPlainConnections = false
            }
            try await withEmbeddedCluster(settings, logger: .silent) { cluster in
                let url = cluster.connectionString
                try await body(
                    self.configuration(tls ? "\(url)?tls=true&gossipTLS=false&tlsCAFile=\(trust.file)" : url))
            }
        }
    }

    private static func configuration(_ url: String) throws -> Client.Configuration {
        var configuration = try Client.Configuration(url)
        // However busy the machine is.
        configuration.operationTimeout = .seconds(50)
        configuration.connectTimeout = .seconds(50)
        configuration.discovery.gossipTimeout = .seconds(30)
        return configuration
    }
}

@Suite("A cluster", .timeLimit(.minutes(1)))
struct ClusterTests {
    @Test("a cluster is known by the gossip of its nodes, one of which is the master")
    func gossip() async throws {
        try await TestCluster.withConfiguration { configuration in
            let gossip = try await ClusterGossip.read(configuration)
            #expect(gossip.members.filter { $0.isAlive && $0.state == .master }.count == 1)
            #expect(gossip.members.count > 1)
        }
    }

    @Test(
        "a cluster is connected to at a node of the kind that is preferred",
        arguments: [
            (.master, [.master]), (.follower, [.follower]),
            // Where there is none, a follower.
            (.readOnlyReplica, [.readOnlyReplica, .follower]),
        ] as [(NodePreference, Set<NodeState>)])
    func preference(_ preference: NodePreference, _ states: Set<NodeState>) async throws {
        try await TestCluster.withConfiguration { configuration in
            var configuration = configuration
            configuration.nodePreference = preference
            try await withClient(configuration, logger: .silent) { client in
                #expect(states.contains(try #require(await client.status.role)))
                try await client.ping()
            }
        }
    }

    @Test("a cluster is connected to at any node, if there is no preference")
    func random() async throws {
        try await TestCluster.withConfiguration { configuration in
            var configuration = configuration
            configuration.nodePreference = .random
            var states: Set<NodeState?> = []
            // That so many find no master among three nodes is less likely than 1 in 10,000,000,000.
            for _ in 0..<60 where !states.isSuperset(of: [.master, .follower]) {
                try await withClient(configuration, logger: .silent) { states.insert(await $0.status.role) }
            }
            #expect(states.isSuperset(of: [.master, .follower]))
        }
    }

    @Test("a cluster is connected to at the node that a function selects")
    func selection() async throws {
        try await TestCluster.withConfiguration { configuration in
            let usesTLS = configuration.tls != nil
            let members = try await ClusterGossip.read(configuration).members.filter {
                $0.isAlive && $0.state != .manager
            }
            for wanted in members {
                let client = try Client(
                    configuration, selectNode: { gossip in gossip.members.first { $0.id == wanted.id } },
                    logger: .silent)
                try await client.ping()
                #expect(await client.status.endpoint == wanted.endpoint(usesTLS: usesTLS))
                #expect(await client.status.role == wanted.state)
                await client.close()
            }
        }
    }

    @Test(
        "a cluster of servers 20 and later is found, and its leader is where a follower sends the client",
        .enabled(if: TestCluster.isEmbedded, "has a cluster that speaks that way"), arguments: [false, true])
    func version20(tls: Bool) async throws {
        try await TestCluster.withConfiguration(.version20, tls: tls) { configuration in
            let gossip = try await ClusterGossip.read(configuration)
            #expect(Set(gossip.members.map(\.state)) == [.master, .follower])
            for preference in [.follower, .master] as [NodePreference] {
                var configuration = configuration
                configuration.nodePreference = preference
                try await withClient(configuration, logger: .silent) { client in
                    #expect(await client.status.role == (preference == .master ? .master : .follower))
                    let before = await client.status.endpoint
                    try await client.publish(try Pony.events(1), to: TestServer.newStream())
                    #expect(await (client.status.endpoint == before) == (preference == .master))
                }
            }
        }
    }

    @Test(
        "a cluster whose nodes have certificates for other names than gossip tells is connected to by these names",
        .enabled(if: TestCluster.isEmbedded, "has certificates of its own"))
    func namesOfTheirOwn() async throws {
        try await Trust.run { trust in
            var settings = EmbeddedCluster.Configuration()
            let names = (0..<3).map { "es-\($0).example" }
            settings.node.tls = try trust.server(trust.authority.issue(names: names)).tls
            try await withEmbeddedCluster(settings, logger: .silent) { cluster in
                let ports = cluster.nodes.map { $0.tlsPort ?? 0 }
                let pairs = zip(ports, names).map { "127.0.0.1:\($0)=\($1)" }.joined(separator: ",")
                let url = "\(cluster.connectionString)?tls=true&gossipTLS=false&tlsCAFile=\(trust.file)"
                for url in ["\(url)&tlsHostNames=\(pairs)", "\(url)&tlsHostNames=127.0.0.1=\(names[0])"] {
                    var configuration = try Client.Configuration(url)
                    configuration.nodePreference = .follower
                    try await withClient(configuration, logger: .silent) { client in
                        // The master is another one.
                        try await client.publish(try Pony.events(1), to: TestServer.newStream())
                    }
                }
                let error = try await failure { try await withClient(url, logger: .silent) { _ in } }
                #expect("\(error)".contains("expectedHostName"), "\(error)")
            }
        }
    }

    @Test("a cluster is written to by its master, to which a client of another node is sent")
    func redirect() async throws {
        try await TestCluster.withConfiguration { configuration in
            var configuration = configuration
            configuration.nodePreference = .follower
            let gossip = try await ClusterGossip.read(configuration)
            let master = try #require(gossip.members.first { $0.isAlive && $0.state == .master })
            let usesTLS = configuration.tls != nil
            try await withClient(configuration, logger: .silent) { client in
                let stream = TestServer.newStream()
                #expect(await client.status.role == .follower)
                let written = try await client.publish(try Pony.events(2), to: stream)
                #expect(written.lastEventNumber == 1)
                #expect(await client.status.endpoint == master.endpoint(usesTLS: usesTLS))
                let last = try await client.getLastEvent(in: stream, options: CallOptions(requireMaster: true))
                #expect(last.number == 1)
            }
        }
    }

    @Test(
        "a cluster is reached by TLS, also when a node sends the client on to the master",
        .enabled(if: TestCluster.speaksTLS, "PHOTONPUMP_CLUSTER_URL has no TLS"))
    func tls() async throws {
        try await TestCluster.withConfiguration(tls: true) { configuration in
            var configuration = configuration
            configuration.nodePreference = .follower
            try await withClient(configuration, logger: .silent) { client in
                let before = await client.status.endpoint
                try await client.publish(try Pony.events(1), to: TestServer.newStream())
                #expect(await client.status.endpoint != before)
            }
        }
    }
}
