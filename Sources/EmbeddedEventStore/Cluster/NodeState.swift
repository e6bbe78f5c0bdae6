/// The state of a node in gossip.
enum NodeState: Hashable, Sendable {
    case unknown, preReplica, follower, master
    /// A node of which only the address is known.
    case manager

    /// The name of the state in the words of a generation.
    func name(_ generation: Generation) -> String {
        switch (self, generation) {
        case (.unknown, _): "Unknown"
        case (.preReplica, _): "PreReplica"
        case (.follower, .version5): "Slave"
        case (.follower, .version20): "Follower"
        case (.master, .version5): "Master"
        case (.master, .version20): "Leader"
        case (.manager, _): "Manager"
        }
    }
}

extension Role {
    var state: NodeState {
        switch self {
        case .master: .master
        case .follower: .follower
        case .leaderless, .starting: .unknown
        case .cutOff: .preReplica
        }
    }
}
