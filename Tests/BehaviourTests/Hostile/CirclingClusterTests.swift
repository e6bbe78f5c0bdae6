import Foundation
import PhotonPump
import PhotonPumpWire
import ScriptedPeers
import Synchronization
import Testing

/// Nodes that send a client to each other, and gossip that does.
@Suite("A cluster that sends clients in circles", .timeLimit(.minutes(2)))
struct CirclingClusterTests {
    /// A node that answers pings, and refuses all else by naming a master.
    private final class Node: Sendable {
        let server = ScriptedServer()
        let refusals = Mutex(0)
        let connections = Mutex(0)

        /// Serves whoever connects, until it is stopped.
        func serve(naming master: @escaping @Sendable () -> MasterInfo) async throws {
            try await withThrowingDiscardingTaskGroup { group in
                while let peer = try? await self.server.nextConnection() {
                    self.connections.withLock { $0 += 1 }
                    group.addTask { try? await self.serve(peer, master) }
                }
            }
        }

        private func serve(_ peer: ScriptedPeer, _ master: () -> MasterInfo) async throws {
            try await peer.acceptHandshake()
            while let request = try await peer.next() {
                switch request.command {
                case .ping: try await peer.send(Package(.pong, request.correlation))
                case .writeEvents:
                    self.refusals.withLock { $0 += 1 }
                    let refusal = NotHandled(reason: .notMaster, master: master())
                    try await peer.send(Package(.notHandled, request.correlation, payload: refusal.encoded()))
                default: break
                }
            }
        }
    }

    private static func master(_ host: String, _ port: Int) -> MasterInfo {
        var info = MasterInfo()
        (info.tcpHost, info.tcpPort) = (host, Int32(truncatingIfNeeded: port))
        return info
    }

    private static func client(_ port: Int) throws -> Client {
        var configuration = Client.Configuration(endpoint: Endpoint(host: "127.0.0.1", port: port))
        configuration.connectTimeout = .seconds(50)
        configuration.heartbeat.interval = .seconds(3600)
        return try Client(configuration, logger: .silent)
    }

    /// Writes in vain for a second, while pings are answered.
    private static func write(_ client: Client) async throws -> PhotonPumpError {
        let writing = Task {
            try await client.publish([], to: "ponies", options: CallOptions(timeout: .seconds(1)))
        }
        for _ in 0..<20 { _ = try await client.ping() }
        return try await failure { try await writing.value }
    }

    @Test(
        "a cluster that sends clients in circles is asked ever less often until the call's time is up, and serves the rest",
        arguments: [1, 2])
    func redirection(count: Int) async throws {
        let nodes = (0..<count).map { _ in Node() }
        var ports: [Int] = []
        for node in nodes { ports.append(try await node.server.start()) }
        let known = ports
        try await withThrowingDiscardingTaskGroup { group in
            for (index, node) in nodes.enumerated() {
                group.addTask { try await node.serve { Self.master("127.0.0.1", known[(index + 1) % known.count]) } }
            }
            let client = try Self.client(known[0])
            let error = try await Self.write(client)
            #expect(error.code == .timedOut)
            #expect("\(error)".contains("not the master (the master is 127.0.0.1:"), "\(error)")
            // There and back, and then with pauses, whose lengths are by chance; without any, once for each round trip.
            #expect(nodes.reduce(0) { $0 + $1.connections.withLock { $0 } } <= 40)
            let refusals = nodes.reduce(0) { $0 + $1.refusals.withLock { $0 } }
            #expect(refusals >= 2 && refusals <= 60, "\(refusals)")
            _ = try await client.ping()
            await client.close()
            group.cancelAll()
            for node in nodes { await node.server.stop() }
        }
    }

    @Test(
        "a node that names as its master what cannot be one fails the call at once, and says so in a few words",
        arguments: [
            ("", 1113), (String(repeating: "a", count: 1 << 20), 1113), ("a b\n\u{1b}[2J", 1113), ("127.0.0.1", 0),
            ("127.0.0.1", -1), ("127.0.0.1", 70_000),
        ])
    func impossible(host: String, port: Int) async throws {
        try await ScriptedSession.run { session in
            let writing = Task { try await session.client.publish([], to: "ponies") }
            let request = try await session.peer.next(.writeEvents)
            let refusal = NotHandled(reason: .notMaster, master: Self.master(host, port))
            try await session.peer.send(Package(.notHandled, request.correlation, payload: refusal.encoded()))
            let error = try await failure { try await writing.value }
            #expect(error.code == .notHandled)
            #expect("\(error)".utf8.count < 1000 && !"\(error)".contains("\u{1b}"), "\(error)")
            async let ping = session.client.ping()
            try await session.peer.send(Package(.pong, try await session.peer.next(.ping).correlation))
            _ = try await ping
        }
    }

    /// Each server's gossip names the other one, and the port of its gossip as that of TCP.
    @Test("gossip that sends clients in circles ends at the limits of an attempt, with what each place was found to be")
    func gossip() async throws {
        let servers = [try AnsweringServer(), try AnsweringServer()]
        for (index, server) in servers.enumerated() {
            let other = servers[1 - index].port
            server.start(
                answer: Gossip.json([
                    .init(state: "Master", host: "127.0.0.1", port: other, httpPort: other)
                ]))
        }
        let client = try Client(
            "discover://127.0.0.1:\(servers[0].port)?connectTimeout=2s&maxDiscoverAttempts=3", logger: .silent)
        let error = try await failure { try await client.connect() }
        #expect(error.code == .connectionFailed)
        #expect("\(error)".contains("127.0.0.1:\(servers[1].port)"), "\(error)")
        await client.close()
        for server in servers { await server.stop() }
        // Asked, and taken for a node.
        for server in servers { #expect(server.heard.components(separatedBy: "GET /gossip").count <= 40) }
    }
}
