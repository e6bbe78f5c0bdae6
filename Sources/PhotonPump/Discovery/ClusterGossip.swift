/// What a node knows about its cluster.
public struct ClusterGossip: Sendable, Hashable {
    /// The nodes, except those in a state that this library does not know.
    public var members: [ClusterMember]

    /// Creates gossip with these nodes, to test a ``NodeSelector``.
    public init(members: [ClusterMember]) {
        self.members = members
    }
}

/// Chooses the node to connect to, instead of a ``NodePreference``; nil if none is suitable. It is called at each
/// attempt to find a node, and also receives nodes that are not alive or cannot serve. The node that has just failed is
/// left out at first, and included only if none of the others is chosen.
public typealias NodeSelector = @Sendable (ClusterGossip) -> ClusterMember?

/// Finds the node to connect to, where another directory than gossip knows the nodes (Consul, or the API of Kubernetes,
/// say); the endpoint is that of the TCP port. It is called at each attempt to connect, with the node that has just
/// failed or cannot serve a request, nil at first; if there is no other node, it may name that one again. If it throws,
/// the attempt fails.
public typealias NodeProvider = @Sendable (_ failed: Endpoint?) async throws -> Endpoint
