import EmbeddedEventStore
import PhotonPump
import Synchronization
import Testing

/// A directory of nodes as a program may have its own.
private final class Directory: Sendable {
    struct Unavailable: Error, CustomStringConvertible {
        let description = "the directory is closed"
    }

    private let state = Mutex<(nodes: [Endpoint], asked: [Endpoint?])>(([], []))

    init(_ nodes: [Endpoint] = []) {
        self.replace(nodes)
    }

    /// The nodes that have failed, each time somebody has asked.
    var asked: [Endpoint?] { self.state.withLock { $0.asked } }

    func replace(_ nodes: [Endpoint]) {
        self.state.withLock { $0.nodes = nodes }
    }

    func node(_ failed: Endpoint?) throws -> Endpoint {
        try self.state.withLock { state in
            state.asked.append(failed)
            guard let node = state.nodes.first(where: { $0 != failed }) else { throw Unavailable() }
            return node
        }
    }
}

@Suite("Nodes that a closure finds", .timeLimit(.minutes(1)), .enabled(if: TestServer.isEmbedded))
struct NodeProviderTests {
    /// A client that knows no node but through the directory.
    private func client(
        _ directory: Directory, _ server: String, lookingEvery interval: Duration? = nil
    ) throws -> Client {
        var configuration = try Client.Configuration(server)
        configuration.discovery.backgroundInterval = interval
        configuration.target = .node(Endpoint(host: "nowhere.invalid", port: 1))
        return try Client(configuration, findNode: { try directory.node($0) }, logger: .silent)
    }

    private func withTwoServers(
        _ body: (EmbeddedServer, EmbeddedServer, [Endpoint]) async throws -> Void
    ) async throws {
        try await withEmbeddedServer(logger: .silent) { first in
            try await withEmbeddedServer(logger: .silent) { second in
                try await body(first, second, [first, second].map { Endpoint(host: "127.0.0.1", port: $0.port) })
            }
        }
    }

    @Test("the closure is told which node has failed, and names another")
    func failure() async throws {
        try await self.withTwoServers { first, _, nodes in
            let directory = Directory(nodes)
            let client = try self.client(directory, first.connectionString)
            try await client.ping()
            #expect(await client.status.endpoint == nodes[0])
            await first.stop()
            try await client.ping()
            #expect(await client.status.endpoint == nodes[1])
            #expect(directory.asked.first == .some(nil) && directory.asked.contains(nodes[0]))
            await client.close()
        }
    }

    @Test("a closure that finds no node is named as the reason, and asked again")
    func nothing() async throws {
        try await withEmbeddedServer { server in
            let directory = Directory()
            let client = try self.client(directory, server.connectionString)
            let error = try await #require(throws: PhotonPumpError.self) { try await client.connect() }
            #expect(error.code == .discoveryFailed && "\(error)".contains("the directory is closed"))
            directory.replace([Endpoint(host: "127.0.0.1", port: server.port)])
            try await client.ping()
            await client.close()
        }
    }

    @Test("a node that does not know who would serve a write is left for another that the closure names")
    func refused() async throws {
        try await self.withTwoServers { first, second, nodes in
            let directory = Directory(nodes)
            let client = try self.client(directory, first.connectionString)
            try await first.faults.add(.answer(.notMaster(host: "127.0.0.1", port: nil), to: .writeEvents))
            try await client.publish(Pony.events(1), to: "ponies")
            #expect(await client.status.endpoint == nodes[1])
            #expect(await second.events(in: "ponies").count == 1)
            #expect(directory.asked == [nil, nodes[0]])
            await client.close()
        }
    }

    @Test("a client that looks now and then goes where the closure says by then")
    func moved() async throws {
        try await self.withTwoServers { first, _, nodes in
            let directory = Directory([nodes[0]])
            let client = try self.client(directory, first.connectionString, lookingEvery: .milliseconds(10))
            try await client.ping()
            let changes = await client.changes
            directory.replace([nodes[1]])
            for await case .connected(let node) in changes where node == nodes[1] { break }
            await client.close()
        }
    }

    @Test("a client goes from a follower that the closure names to the master that the follower names")
    func elsewhereOnRefusal() async throws {
        try await withEmbeddedCluster { cluster in
            let nodes = try await ClusterGossip.read(Client.Configuration(cluster.connectionString)).members
            let follower = try #require(nodes.first { $0.state == .follower }?.endpoint(usesTLS: false))
            let client = try self.client(Directory([follower]), cluster.connectionString)
            try await client.ping()
            #expect(await client.status.endpoint == follower)
            try await client.publishEvent(to: "ponies", type: "PonyJumped", data: "{}", isJSON: true)
            #expect(await client.status.role == .master)
            await client.close()
        }
    }
}
