extension Client.Configuration {
    /// What to connect to.
    public enum Target: Sendable, Hashable {
        /// One server: where its TCP protocol is spoken.
        case node(Endpoint)
        /// A cluster, known by where some of its nodes tell of all of them (their HTTP ports, usually
        /// ``Endpoint/defaultGossipPort``). A name with several addresses stands for all of these, so one DNS name
        /// of the whole cluster will do as well as a list of seeds.
        case cluster(gossip: [Endpoint])
    }
}

extension Client.Configuration.Target {
    /// What is written in the configuration: the node, or where to ask for nodes.
    var endpoints: [Endpoint] {
        switch self {
        case .node(let endpoint): [endpoint]
        case .cluster(let gossip): gossip
        }
    }
}

extension Client.Configuration.Target: CustomStringConvertible {
    /// `host:port`; for a cluster all of them, separated by commas.
    public var description: String {
        self.endpoints.map(\.description).joined(separator: ",")
    }
}
