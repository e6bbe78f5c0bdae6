import PhotonPumpTransport
import ScriptedPeers
import Testing

@testable import PhotonPump

/// Over real sockets, with the getter that is used: one that cannot ask enough at once would be held up, too.
@Suite("A seed among servers that accept connections and say nothing", .timeLimit(.minutes(1)))
struct SilentServersTests {
    /// The answer of a seed that can be reached is there within one round.
    ///
    /// - Parameter count: of the nodes that somebody has named.
    @Test("a seed among silent servers is reached within one round, whatever is remembered", arguments: [0, 7, 300])
    func reached(count: Int) async throws {
        let silent = try SocketListener(host: "0.0.0.0", port: 0, executor: QueueExecutor(label: "silent"))
        let port = silent.address.port
        let node = Gossip.Member(state: "Master", host: "10.0.0.1", port: 7, httpPort: 1)
        let seed = try AnsweringServer()
        seed.start(answer: Gossip.json([node]))
        var configuration = Client.Configuration(
            .cluster(gossip: [
                Endpoint(host: "127.0.0.1", port: port), Endpoint(host: "127.0.1.1", port: port),
                Endpoint(host: "127.0.0.1", port: seed.port),
            ]))
        configuration.connectTimeout = .seconds(20)
        // Nobody who is silent is given up before the round is over.
        configuration.discovery.gossipTimeout = .seconds(20)
        configuration.discovery.maximumAttempts = 1
        let remembered = ClusterGossip(
            members: (0..<count).map { number in
                var member = ClusterMember(state: .follower, tcpHost: "127.1.0.1", tcpPort: 1)
                member.http = Endpoint(host: "127.1.\(number >> 8).\(number & 255)", port: port)
                return member
            })
        let discovery = try #require(ClusterDiscovery(configuration))
        let began = ContinuousClock.now
        let found = try await discovery.findNode(remembered: remembered)
        #expect(found.endpoint == Endpoint(host: "10.0.0.1", port: 7))
        #expect(ContinuousClock.now - began < configuration.connectTimeout)
        await seed.stop()
        withExtendedLifetime(silent) {}
    }
}
