extension EmbeddedCluster {
    /// The number of the master; nil while there is none.
    public var master: Int? {
        get async { await self.commons.membership.master }
    }

    /// Returns the number of the master, as soon as there is one.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first.
    @discardableResult
    public func waitForMaster() async throws -> Int {
        while true {
            if let master = await self.master { return master }
            try await self.commons.wait { $0.master != nil }
        }
    }

    /// Returns as soon as a node is the master, or with nil nobody, at once if it is so.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first.
    public func waitForMaster(_ node: Int?) async throws {
        if let node { _ = try self.node(node) }
        try await self.commons.wait { $0.master == node }
    }

    /// Returns as soon as a node runs, in touch with a master or as the master.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first.
    public func waitUntilReady(_ node: Int) async throws {
        _ = try self.node(node)
        try await self.commons.wait { $0.isReady(node) }
    }

    /// How many clients are connected, to whichever node.
    public var connectionCount: Int {
        get async {
            var count = 0
            for node in self.nodes { count += await node.connectionCount }
            return count
        }
    }

    /// What a client on this machine finds the cluster with: `discover://admin:changeit@127.0.0.1:PORT,…`, with the
    /// first user of the configuration and the HTTP ports. It is complete once the cluster has started.
    public var connectionString: String {
        get async {
            var seeds: [String] = []
            for node in self.nodes { seeds.append(await node.seed) }
            return "discover://\(self.nodes.first?.userInfo ?? "")\(seeds.joined(separator: ","))"
        }
    }
}
