/// What a node of a cluster does, in the terms of older servers; newer ones call a master a leader.
public enum NodeState: String, Sendable, Hashable, CaseIterable {
    /// Starting.
    case initializing
    /// A read-only replica or a follower that looks for its leader.
    case discoverLeader
    /// Between other states, while there is no master.
    case unknown
    /// About to follow a master that it just found.
    case preReplica
    /// Behind its master, and catching up.
    case catchingUp
    /// Follows the master, but is not counted in elections.
    case clone
    /// Follows the master, and takes over when it is gone; Slave in older servers.
    case follower
    /// Elected, and about to be the master; PreLeader in newer servers.
    case preMaster
    /// Serves everything, and is the only one to write; Leader in newer servers.
    case master
    /// Has no data, but runs a node; what a node that was not heard of yet is shown as, too.
    case manager
    /// Ending.
    case shuttingDown
    /// Ended.
    case shutdown
    /// A read-only replica without a leader to follow; it serves what it has.
    case readOnlyLeaderless
    /// About to be a read-only replica.
    case preReadOnlyReplica
    /// Follows the leader, takes no part in elections and accepts no writes.
    case readOnlyReplica
    /// A leader that hands over.
    case resigningLeader
}

extension NodeState {
    /// The names that are not the case's own.
    private static let aliases: [String: NodeState] = [
        "slave": .follower, "leader": .master, "preleader": .preMaster,
    ]
    private static let names = Dictionary(uniqueKeysWithValues: Self.allCases.map { ($0.rawValue.lowercased(), $0) })

    /// nil for a state that is not known.
    init?(name: String) {
        let name = name.lowercased()
        guard let state = Self.names[name] ?? Self.aliases[name] else { return nil }
        self = state
    }
}
