internal import PhotonPumpWire

/// What a node is to its cluster, as far as clients notice.
enum Role: Hashable, Sendable {
    case master
    /// Follows the master, to which it forwards what it cannot do itself.
    case follower(of: MasterInfo)
    /// Knows of no master, because there is none or because nobody has told it.
    case leaderless
    /// Has lost touch with the others and still takes this one for the master.
    case cutOff(from: MasterInfo)
    /// Has started and found nobody: it does not know its users yet, either.
    case starting
}

/// What a request needs of the node that it is sent to.
enum Need: Hashable, Sendable {
    /// Any node does it for itself.
    case nothing
    /// Events, which every node has; `master` when the client wants those of the master.
    case events(master: Bool)
    /// A change, which only the master makes; with `master` the client wants to ask the master itself.
    case change(master: Bool)
    /// What only the master has and nobody forwards: persistent subscriptions.
    case master
}

/// What a node does with a request.
enum Admission: Hashable, Sendable {
    case served
    case notReady
    case notMaster(MasterInfo)
    /// It was forwarded, and nothing came back.
    case forwardTimeout
}

extension Role {
    /// Whether a node serves what is asked of it.
    func admission(of need: Need) -> Admission {
        switch (self, need) {
        case (.master, _), (_, .nothing), (_, .events(master: false)), (.follower, .change(master: false)):
            .served
        case (.leaderless, _), (.starting, _):
            .notReady
        case (.cutOff, .change(master: false)):
            .forwardTimeout
        case (.follower(of: let master), _), (.cutOff(from: let master), _):
            .notMaster(master)
        }
    }

    /// Whether logins can be checked.
    var knowsUsers: Bool { self != .starting }
    var isFollower: Bool { if case .follower = self { true } else { false } }
}
