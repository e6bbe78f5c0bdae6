extension EmbeddedCluster {
    /// Ends a node as a process that is killed: its connections end, with or without pending answers, its ports refuse
    /// new ones, and what it had in memory is lost. The gossip of the other nodes still lists it, as not alive. If the
    /// node is not running, nothing happens.
    ///
    /// - Parameters:
    ///   - node: the number of the node.
    ///   - election: how another master is elected, if this node is the master.
    public func kill(_ node: Int, election: Election = .immediate) async throws(EmbeddedServerError) {
        try await self.node(node).stop(electing: election, abruptly: true)
    }

    /// Starts a node that was killed, on its old ports; returns when clients can connect. It joins the others and
    /// follows their master; if there is none, and no election is pending, it becomes the master. If the node is
    /// running, nothing happens.
    ///
    /// - Parameters:
    ///   - node: the number of the node.
    ///   - alone: whether it finds no other nodes until ``reconnect(_:)``. Until then it behaves like a node of a cluster
    ///     that is starting: it refuses every login because it has not loaded its users yet, is not ready for anything
    ///     that requires a master, and lists the other nodes as unknown.
    ///   - startup: how long it takes before that until it is ready; not at all by default.
    /// - Throws: ``EmbeddedServerError`` with ``EmbeddedServerError/Code/cannotListen``.
    public func restart(_ node: Int, alone: Bool = false, startup: Startup = .immediate) async throws {
        try await self.node(node).start(alone: alone, startup)
    }

    /// Isolates a node from the other nodes, but not from its clients.
    ///
    /// A follower does not notice: it still names the master it knew, and the requests it forwards time out (at once; a
    /// real node takes 5 s). A master has no cluster to lead any more, and is not ready. In either case its own gossip
    /// does not change, while that of the others lists it as not alive. Since all nodes share one log, its reads do not
    /// become stale. If the node is not running or is alone, nothing happens.
    ///
    /// - Parameters:
    ///   - node: the number of the node.
    ///   - election: how the other nodes elect another master, if this node is the master.
    public func isolate(_ node: Int, election: Election = .immediate) async throws(EmbeddedServerError) {
        _ = try self.node(node)
        await self.core.part(node, electing: election)
    }

    /// Suspends a node as ``EmbeddedServer/suspend()`` does; the others lose contact with it, as with a node that is
    /// isolated. If it is not running, nothing happens.
    ///
    /// - Parameters:
    ///   - node: the number of the node.
    ///   - election: how the other nodes elect another master, if this node is the master.
    public func suspend(_ node: Int, election: Election = .immediate) async throws(EmbeddedServerError) {
        try await self.node(node).suspend(electing: election)
    }

    /// Resumes a node that was suspended, with all that clients have sent it meanwhile; it finds the others at once. If
    /// it is not suspended, nothing happens.
    public func resume(_ node: Int) async throws(EmbeddedServerError) {
        try await self.node(node).resume()
    }

    /// Lets a node that was isolated or started alone find the others.
    public func reconnect(_ node: Int) async throws(EmbeddedServerError) {
        try await self.node(node).findOthers()
    }

    /// Makes a node the master at once; the previous master follows it. Connections stay open.
    ///
    /// - Throws: ``EmbeddedServerError`` with ``EmbeddedServerError/Code/cannotLead`` if the node is not running, or is
    ///   isolated from the others.
    public func moveMaster(to node: Int) async throws(EmbeddedServerError) {
        _ = try self.node(node)
        guard await self.core.elect(node) else {
            throw EmbeddedServerError(.cannotLead, "node \(node) is stopped or out of touch with the others")
        }
    }
}
