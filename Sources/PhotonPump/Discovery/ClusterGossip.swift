/// What a node knows of its cluster.
public struct ClusterGossip: Sendable, Hashable {
    /// The nodes, without those in a state that this library does not know.
    public var members: [ClusterMember]

    /// The gossip of these nodes; for tests of one's own selection.
    public init(members: [ClusterMember]) {
        self.members = members
    }
}

/// Chooses the node to connect to, instead of a ``NodePreference``; nil when none will do. It is called at each attempt
/// to find one, also with nodes that are not alive or cannot serve; first without the node that just failed, and with that
/// one too when it chooses none of the others.
public typealias NodeSelector = @Sendable (ClusterGossip) -> ClusterMember?
