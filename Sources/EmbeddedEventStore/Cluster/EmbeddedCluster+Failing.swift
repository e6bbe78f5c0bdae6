extension EmbeddedCluster {
    /// Stops a node as if its machine had lost power: its connections end, with or without the answers on their way,
    /// and its ports refuse new ones. The others' gossip goes on listing it, not alive. A node that does not run stays
    /// as it is.
    ///
    /// - Parameter election: how there will be another master, if this node is it.
    public func kill(_ node: Int, election: Election = .immediate) async throws(EmbeddedServerError) {
        try await self.node(node).stop(electing: election, abruptly: true)
    }

    /// Starts a node that was killed, on its old ports; returns when clients can connect. It joins the others and
    /// follows their master; if there is none, and none is waited for, it becomes the master. A node that runs stays
    /// as it is.
    ///
    /// - Parameter alone: whether it finds nobody and waits for ``reconnect(_:)``. Until then it behaves like a node
    ///   of a cluster that is starting: it refuses every login because it knows no users yet, is not ready for
    ///   anything that concerns a master, and lists the others as unknown.
    /// - Throws: ``EmbeddedServerError`` with ``EmbeddedServerError/Code/cannotListen``.
    public func restart(_ node: Int, alone: Bool = false) async throws {
        try await self.node(node).start(alone: alone)
    }

    /// Cuts a node off from the others, but not from its clients.
    ///
    /// A follower does not notice: it goes on naming the master it knows, and what it forwards times out (at once,
    /// where a real one takes 5 s). A master has nobody to lead any more and is not ready. Either way its gossip stays
    /// as it was while the others' lists it as not alive. Its reads are those of the shared log, so they do not
    /// grow old. A node that does not run or is alone stays as it is.
    ///
    /// - Parameter election: how the others will get another master, if this node is it.
    public func isolate(_ node: Int, election: Election = .immediate) async throws(EmbeddedServerError) {
        _ = try self.node(node)
        await self.commons.part(node, electing: election)
    }

    /// Lets a node that is isolated, or was started alone, find the others.
    public func reconnect(_ node: Int) async throws(EmbeddedServerError) {
        _ = try self.node(node)
        await self.commons.rejoin(node)
    }

    /// Makes a node the master, at once; the one before follows it. Connections stay.
    ///
    /// - Throws: ``EmbeddedServerError`` with ``EmbeddedServerError/Code/cannotLead`` when the node does not run or is
    ///   out of touch with the others.
    public func moveMaster(to node: Int) async throws(EmbeddedServerError) {
        _ = try self.node(node)
        guard await self.commons.elect(node) else {
            throw EmbeddedServerError(.cannotLead, "node \(node) is stopped or out of touch with the others")
        }
    }
}
