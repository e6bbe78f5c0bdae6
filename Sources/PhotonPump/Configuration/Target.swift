extension Client.Configuration {
    /// What to connect to.
    public enum Target: Sendable, Hashable {
        /// One server, at the address of its TCP port.
        case node(Endpoint)
        /// A cluster, by the addresses where some of its nodes offer gossip (their HTTP ports, usually
        /// ``Endpoint/defaultGossipPort``). A name stands for all of its addresses, so a single DNS name of the whole
        /// cluster is as good as a list of seeds.
        case cluster(gossip: [Endpoint])
        /// A cluster, by the SRV records of this name, such as `_eventstore._tcp.example.org`. Each gives the host and the
        /// port where a node offers gossip. They are looked up for every search of a node, by the system's resolver, and
        /// tried by priority and weight.
        case service(String)
    }
}

extension Client.Configuration.Target {
    /// The configured endpoints: the node, or the seeds for gossip, if they are fixed.
    var endpoints: [Endpoint] {
        switch self {
        case .node(let endpoint): [endpoint]
        case .cluster(let gossip): gossip
        case .service: []
        }
    }
}

extension Client.Configuration.Target: CustomStringConvertible {
    /// `host:port`; for a cluster, all seeds, separated by commas, or the name of its SRV records.
    public var description: String {
        if case .service(let name) = self { return name }
        return self.endpoints.map(\.description).joined(separator: ",")
    }
}
