extension EmbeddedCluster {
    /// The number of the master; nil if there is none.
    public var master: Int? {
        get async { await self.core.membership.master }
    }

    /// Returns the number of the master as soon as there is one.
    ///
    /// - Throws: `CancellationError` if the task is cancelled first.
    @discardableResult
    public func waitForMaster() async throws -> Int {
        while true {
            if let master = await self.master { return master }
            try await self.core.wait { $0.master != nil }
        }
    }

    /// Returns as soon as the given node is the master, or, for nil, as soon as there is no master; at once if that is
    /// so already.
    ///
    /// - Throws: `CancellationError` if the task is cancelled first.
    public func waitForMaster(_ node: Int?) async throws {
        if let node { _ = try self.node(node) }
        try await self.core.wait { $0.master == node }
    }

    /// Returns as soon as a node is running, and either is the master or follows one.
    ///
    /// - Throws: `CancellationError` if the task is cancelled first.
    public func waitUntilReady(_ node: Int) async throws {
        _ = try self.node(node)
        try await self.core.wait { $0.isReady(node) }
    }

    /// The number of connected clients, on all nodes together.
    public var connectionCount: Int {
        get async {
            var count = 0
            for node in self.nodes { count += await node.connectionCount }
            return count
        }
    }

    /// The connection string for clients on this machine: `discover://admin:changeit@127.0.0.1:PORT,…`, with the
    /// configuration's first user and the HTTP ports. It is complete once the cluster has started.
    public nonisolated var connectionString: String {
        "discover://\(self.nodes.first?.userInfo ?? "")\(self.nodes.map(\.seed).joined(separator: ","))"
    }
}
