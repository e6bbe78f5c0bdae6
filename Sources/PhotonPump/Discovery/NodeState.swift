/// The state of a cluster's node, in the terms of older servers; newer ones call a master a leader.
public enum NodeState: String, Sendable, Hashable, CaseIterable {
    /// Starting.
    case initializing
    /// A read-only replica or a follower that is looking for its leader.
    case discoverLeader
    /// In between other states, while there is no master.
    case unknown
    /// About to follow a master that it has just found.
    case preReplica
    /// Behind its master, and catching up.
    case catchingUp
    /// Follows the master, but does not count in elections.
    case clone
    /// Follows the master, and may replace it. Older servers call it Slave.
    case follower
    /// Elected, and about to become the master. Newer servers call it PreLeader.
    case preMaster
    /// Serves all requests, and is the only node that writes. Newer servers call it Leader.
    case master
    /// Holds no data, but manages a node. A node that the cluster has not heard from yet is shown like this, too.
    case manager
    /// Shutting down.
    case shuttingDown
    /// Shut down.
    case shutdown
    /// A read-only replica without a leader to follow; it serves the data it has.
    case readOnlyLeaderless
    /// About to become a read-only replica.
    case preReadOnlyReplica
    /// Follows the leader, takes no part in elections and accepts no writes.
    case readOnlyReplica
    /// A leader that is handing over to another node.
    case resigningLeader
}

extension NodeState {
    /// State names that differ from the case's own.
    private static let aliases: [String: NodeState] = [
        "slave": .follower, "leader": .master, "preleader": .preMaster,
    ]
    private static let names = Dictionary(uniqueKeysWithValues: Self.allCases.map { ($0.rawValue.lowercased(), $0) })

    /// nil for an unknown state.
    package init?(name: String) {
        let name = name.lowercased()
        guard let state = Self.names[name] ?? Self.aliases[name] else { return nil }
        self = state
    }
}
