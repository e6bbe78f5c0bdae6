import EmbeddedEventStore
import Logging
import PhotonPump
import ScriptedPeers
import Testing

@Suite("Gossip of the embedded server", .timeLimit(.minutes(1)))
struct GossipTests {
    @Test("gossip of the embedded server is read from a seed, when others do not answer")
    func seeds() async throws {
        var settings = EmbeddedServer.Configuration()
        settings.httpPort = 0
        try await withEmbeddedServer(settings, logger: .silent) { server in
            let port = try #require(server.httpPort)
            let silent = try UnusedPort()
            let gossip = try await ClusterGossip.read(
                Client.Configuration("discover://127.0.0.1:\(silent.number),localhost:\(port)?gossipTimeout=30s"))
            #expect(gossip.members.map(\.state) == [.master])
            let member = try #require(gossip.members.first)
            #expect(member.isAlive)
            #expect(member.endpoint(usesTLS: false) == Endpoint(host: "127.0.0.1", port: server.port))
            #expect(member.http == Endpoint(host: "127.0.0.1", port: port))

            let url = server.connectionString
            let same = try await ClusterGossip.read(Client.Configuration("\(url)?gossipTimeout=30s"), httpPort: port)
            #expect(same.members.map(\.id) == gossip.members.map(\.id))
        }
    }

    @Test("gossip of the embedded server is not read without a warning where certificates are not verified")
    func risks() async throws {
        let log = Observed<[String: Int]>([:])
        let logger = Logger(label: "gossip") { _ in LogCounter(log) }
        let silent = try UnusedPort()
        let configuration = try Client.Configuration(
            "discover://127.0.0.1:\(silent.number)?tls=true&tlsVerifyCert=false")
        _ = try await failure { try await ClusterGossip.read(configuration, logger: logger) }
        #expect(log.value.keys.count { $0.contains("without verification") } == 1, "\(log.value)")
    }

    @Test("gossip that no server gives is an error that says who was asked")
    func nobody() async throws {
        let silent = try UnusedPort()
        let configuration = try Client.Configuration("discover://127.0.0.1:\(silent.number)")
        let error = try await failure { try await ClusterGossip.read(configuration) }
        #expect(error.code == .discoveryFailed)
        #expect(error.message.contains("127.0.0.1:\(silent.number): "), "\(error.message)")
    }
}
