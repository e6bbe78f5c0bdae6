/// Which node of a cluster to connect to. Nodes of the other kinds are taken when there is none of the preferred one.
public enum NodePreference: String, Sendable, Hashable, CaseIterable {
    /// The master (which newer servers call the leader).
    case master
    /// A follower (which older servers call a slave).
    case follower
    /// Any node that can serve.
    case random
    /// A replica that takes no part in elections and accepts no writes.
    case readOnlyReplica
}
