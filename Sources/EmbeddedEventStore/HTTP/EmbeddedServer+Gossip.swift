extension EmbeddedServer {
    /// What this server tells of its cluster; nil while it does not run.
    func gossip() -> GossipDocument? {
        guard self.listeners != nil else { return nil }
        return self.commons.assumeIsolated { $0.gossip(of: self.number) }
    }
}
