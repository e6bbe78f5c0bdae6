/// Which node of a cluster to connect to. If there is none of the preferred kind, another one is chosen.
public enum NodePreference: String, Sendable, Hashable, CaseIterable {
    /// The master (called leader by newer servers).
    case master
    /// A follower (called slave by older servers).
    case follower
    /// Any node that can serve.
    case random
    /// A replica that takes no part in elections and accepts no writes.
    case readOnlyReplica
}
