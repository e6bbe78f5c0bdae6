public import Logging
package import PhotonPumpTransport

/// Several EventStore nodes in this process that share their events, one of them the master; for testing what a client
/// does when nodes fail.
///
/// Each node is an ``EmbeddedServer`` with its own TCP and HTTP ports, which it keeps until the cluster is stopped,
/// whether it is running or not. Followers serve reads that do not require the master, forward writes that do not, and
/// refuse all other requests, naming the master. All nodes push events to their subscribers. Persistent subscriptions
/// exist on the master only; a new master continues from their checkpoints. An acknowledged write is never lost,
/// whatever happens to the node.
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
/// When the master is lost, the running node with the smallest number takes over, even if it is the only one: unlike a
/// real cluster, this one needs no majority. Nodes are numbered from 0; an invalid number is an ``EmbeddedServerError``
/// with ``EmbeddedServerError/Code/noSuchNode``.
public actor EmbeddedCluster {
    /// The nodes, by number.
    public nonisolated let nodes: [EmbeddedServer]
    let core: ClusterCore
    private let configuration: Configuration
    private let lifecycle = Turns()
    private var isRunning = false

    /// The queue that all nodes run on.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { self.core.executor.asUnownedSerialExecutor() }

    /// Creates a cluster that does not run yet.
    ///
    /// - Parameters:
    ///   - configuration: the number of nodes and their settings.
    ///   - logger: receives what ``EmbeddedServer`` logs, with the number of the node as metadata.
    public init(_ configuration: Configuration = .init(), logger: Logger = Logger(label: "embedded-eventstore")) {
        self.init(configuration, logger: logger, environment: .system)
    }

    /// The same, in an environment other than that of the machine.
    package init(_ configuration: Configuration, logger: Logger, environment: Environment) {
        let nodes = configuration.nodes
        let core = ClusterCore(nodes.map(NodeAddress.init), configuration.node, environment)
        self.configuration = configuration
        self.core = core
        self.nodes = nodes.enumerated().map { number, node in
            var logger = logger
            logger[metadataKey: LogKey.node] = "\(number)"
            return EmbeddedServer(node, core, number: number, logger: logger)
        }
    }

    /// Starts all nodes, and returns when clients can connect; node 0 is the master. If the cluster is running, nothing
    /// happens.
    ///
    /// - Throws: ``EmbeddedServerError`` with ``EmbeddedServerError/Code/invalidConfiguration`` or
    ///   ``EmbeddedServerError/Code/cannotListen``; no node is left running.
    public func start() async throws {
        await self.lifecycle.take()
        defer { self.lifecycle.give() }
        guard !self.isRunning else { return }
        try self.configuration.validate()
        do {
            for node in self.nodes { try await node.reservePorts() }
            await self.core.fillVacancy()
            for node in self.nodes { try await node.start() }
            self.isRunning = true
        } catch {
            await self.stopNodes()
            throw error
        }
    }

    /// Stops all nodes; returns when their ports are free. The events are kept.
    public func stop() async {
        await self.lifecycle.take()
        defer { self.lifecycle.give() }
        self.isRunning = false
        await self.stopNodes()
    }

    private func stopNodes() async {
        await self.core.suspendElections()
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
