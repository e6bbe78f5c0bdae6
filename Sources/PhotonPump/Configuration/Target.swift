extension Client.Configuration {
    /// What to connect to.
    public enum Target: Sendable, Hashable {
        /// One server, at the address of its TCP port.
        case node(Endpoint)
        /// A cluster, by the addresses where some of its nodes offer gossip (their HTTP ports, usually
        /// ``Endpoint/defaultGossipPort``). A name stands for all of its addresses, so a single DNS name of the whole
        /// cluster is as good as a list of seeds.
        case cluster(gossip: [Endpoint])
    }
}

extension Client.Configuration.Target {
    /// The configured endpoints: the node, or the seeds for gossip.
    var endpoints: [Endpoint] {
        switch self {
        case .node(let endpoint): [endpoint]
        case .cluster(let gossip): gossip
        }
    }
}

extension Client.Configuration.Target: CustomStringConvertible {
    /// `host:port`; for a cluster, all seeds, separated by commas.
    public var description: String {
        self.endpoints.map(\.description).joined(separator: ",")
    }
}
