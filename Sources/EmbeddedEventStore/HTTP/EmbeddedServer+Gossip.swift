extension EmbeddedServer {
    /// What this server reports about its cluster; nil while it is not running.
    func gossip() -> GossipDocument? {
        guard self.listeners != nil else { return nil }
        return self.core.assumeIsolated { $0.gossip(of: self.number) }
    }
}
