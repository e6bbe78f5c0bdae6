import PhotonPump
import PhotonPumpTransport
import PhotonPumpWire
import ScriptedPeers
import Testing

@Suite("A client that has heard of nodes that say nothing", .timeLimit(.minutes(1)))
struct SilentMembersTests {
    @Test(
        "a client that has heard of silent nodes asks its seed after an outage, though each of them may take its time",
        arguments: [7, 300])
    func outage(count: Int) async throws {
        let silent = try SocketListener(host: "0.0.0.0", port: 0, executor: QueueExecutor(label: "silent"))
        let httpPort = silent.address.port
        let server = ScriptedServer()
        let port = try await server.start()
        // The node's own HTTP port is as silent as those of nodes that have moved, or were made up.
        let node = Gossip.Member(state: "Master", host: "127.0.0.1", port: port, httpPort: httpPort)
        let others = (2..<2 + count).map {
            Gossip.Member(state: "Slave", host: "127.1.\($0 >> 8).\($0 & 255)", port: 1, httpPort: httpPort)
        }
        let seed = try AnsweringServer()
        seed.start(answer: Gossip.json([node] + others))
        var configuration = Client.Configuration(.cluster(gossip: [Endpoint(host: "127.0.0.1", port: seed.port)]))
        // Members who were asked one after another would use up each attempt.
        configuration.discovery.gossipTimeout = .seconds(3)
        configuration.connectTimeout = .seconds(5)
        configuration.operationTimeout = .seconds(50)
        configuration.reconnection.firstDelay = .milliseconds(10)
        configuration.reconnection.maximumDelay = .milliseconds(20)
        let client = try Client(configuration, logger: .silent)
        for _ in 0..<3 {
            let ping = Task { try await client.ping() }
            let peer = try await server.nextConnection()
            try await peer.acceptHandshake()
            try await peer.send(Package(.pong, try await peer.next(.ping).correlation))
            _ = try await ping.value
            await peer.close()
        }
        await client.close()
        await seed.stop()
        await server.stop()
        withExtendedLifetime(silent) {}
    }
}
