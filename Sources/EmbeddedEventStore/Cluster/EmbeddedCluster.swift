public import Logging
internal import PhotonPumpTransport

/// Several EventStore nodes in this process that share their events, one of which is the master; for tests of what a
/// client does when nodes fail.
///
/// Each node is an ``EmbeddedServer`` with TCP and HTTP ports of its own, which it keeps, running or not, until the
/// cluster is stopped. Followers serve reads that do not ask for the master, forward writes that do not, and refuse the
/// rest, naming the master. All nodes push events to their subscribers; persistent subscriptions are the master's alone,
/// and a new master goes on from their checkpoints. A write that has been acknowledged is never lost, whatever happens to the node.
///
/// ```swift
/// try await withEmbeddedCluster { cluster in
///     try await withClient(cluster.nodes[0].connectionString) { client in
///         …
///         try await cluster.kill(0)
///     }
/// }
/// ```
///
/// When the master is lost, the node with the smallest number of those that run takes over, be it the only one: unlike
/// a real cluster, this one needs no majority. Nodes go by their numbers, from 0; a wrong one is an
/// ``EmbeddedServerError`` with ``EmbeddedServerError/Code/noSuchNode``.
public actor EmbeddedCluster {
    /// The nodes by their numbers.
    public nonisolated let nodes: [EmbeddedServer]
    let commons: Commons
    private let configuration: Configuration
    private let lifecycle = Turns()
    private var isRunning = false

    /// The queue on which all nodes are served.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { self.commons.executor.asUnownedSerialExecutor() }

    /// - Parameter logger: told what ``EmbeddedServer`` tells its logger, with the number of the node.
    public init(_ configuration: Configuration = .init(), logger: Logger = Logger(label: "embedded-eventstore")) {
        let nodes = configuration.nodes
        let commons = Commons(
            nodes.map(NodeAddress.init),
            configuration.node
        )
        self.configuration = configuration
        self.commons = commons
        self.nodes = nodes.enumerated().map { number, node in
            var logger = logger
            logger[metadataKey: LogKey.node] = "\(number)"
            return EmbeddedServer(node, commons, number: number, logger: logger)
        }
    }

    /// Starts all nodes, and returns when clients can connect; node 0 is the master then. A cluster that has been
    /// started already stays as it is.
    ///
    /// - Throws: ``EmbeddedServerError`` with ``EmbeddedServerError/Code/invalidConfiguration`` or
    ///   ``EmbeddedServerError/Code/cannotListen``; nothing is left running then.
    public func start() async throws {
        await self.lifecycle.take()
        defer { self.lifecycle.give() }
        guard !self.isRunning else { return }
        try self.configuration.validate()
        do {
            for node in self.nodes { try await node.reservePorts() }
            await self.commons.fillVacancy()
            for node in self.nodes { try await node.start() }
            self.isRunning = true
        } catch {
            await self.stopNodes()
            throw error
        }
    }

    /// Stops all nodes; returns when the ports are free. The events stay.
    public func stop() async {
        await self.lifecycle.take()
        defer { self.lifecycle.give() }
        self.isRunning = false
        await self.stopNodes()
    }

    private func stopNodes() async {
        await self.commons.suspendElections()
        for node in self.nodes {
            await node.stop()
            await node.releasePorts()
        }
    }

    func node(_ number: Int) throws(EmbeddedServerError) -> EmbeddedServer {
        guard self.nodes.indices.contains(number) else {
            throw EmbeddedServerError(.noSuchNode, "node \(number): there are nodes 0 to \(self.nodes.count - 1)")
        }
        return self.nodes[number]
    }
}
