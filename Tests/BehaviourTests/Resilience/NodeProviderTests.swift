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

@Suite("Nodes that a closure finds")
struct NodeProviderTests {
    /// A client that knows no node but through the directory.
    private func client(_ directory: Directory, _ server: String) throws -> Client {
        var configuration = try Client.Configuration(server)
        configuration.target = .node(Endpoint(host: "nowhere.invalid", port: 1))
        return try Client(configuration, findNode: { try directory.node($0) }, logger: .silent)
    }

    @Test("the closure is told which node has failed, and names another")
    func failure() async throws {
        try await withEmbeddedServer { first in
            try await withEmbeddedServer { second in
                let nodes = [first, second].map { Endpoint(host: "127.0.0.1", port: $0.port) }
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
