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
    /// - Parameter tls: whether an embedded cluster speaks TLS only; a real one does as its URL says.
    static func withConfiguration(tls: Bool = false, _ body: (Client.Configuration) async throws -> Void) async throws {
        if let url = self.realURL { return try await body(self.configuration(url)) }
        try await Trust.run { trust in
            var settings = EmbeddedCluster.Configuration()
            if tls {
                settings.node.tls = try trust.server().tls
                settings.node.acceptsPlainConnections = false
            }
            try await withEmbeddedCluster(settings, logger: .silent) { cluster in
                let url = await cluster.connectionString
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
    @Test("is known by the gossip of its nodes, one of which is the master")
    func gossip() async throws {
        try await TestCluster.withConfiguration { configuration in
            let gossip = try await ClusterGossip.read(configuration)
            #expect(gossip.members.filter { $0.isAlive && $0.state == .master }.count == 1)
            #expect(gossip.members.count > 1)
        }
    }

    @Test(
        "is connected to at a node of the kind that is preferred",
        arguments: [(.master, [.master]), (.follower, [.follower]), (.random, [.master, .follower, .readOnlyReplica])]
            as [(NodePreference, Set<NodeState>)])
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

    @Test("is written to by its master, to which a client of another node is sent")
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
        "is reached by TLS, also when a node sends the client on to the master",
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
