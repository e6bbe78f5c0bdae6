internal import PhotonPumpWire

/// The role of a node in its cluster, as far as clients notice.
enum Role: Hashable, Sendable {
    case master
    /// Follows the master, and forwards to it what it cannot do itself.
    case follower(of: MasterInfo)
    /// Knows no master, because there is none or no one has told it.
    case leaderless
    /// Has lost contact with the others and still considers this one the master.
    case cutOff(from: MasterInfo)
    /// Has started and found no others; it has not loaded its users yet either, and treats logins in this way.
    case starting(Startup.Logins)
}

/// What a request requires of the node that it is sent to.
enum Need: Hashable, Sendable {
    /// Any node can do it by itself.
    case nothing
    /// Events, which every node has; `master` if the client wants those of the master.
    case events(master: Bool)
    /// A change, which only the master makes; `master` if the client wants to ask the master itself.
    case change(master: Bool)
    /// Something that only the master has and that is not forwarded: persistent subscriptions.
    case master
}

/// What a node does with a request.
enum Admission: Hashable, Sendable {
    case served
    case notReady
    case notMaster(MasterInfo)
    /// The request was forwarded, and no answer came.
    case forwardTimeout
}

extension Role {
    /// Whether a node serves a request.
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

    /// What becomes of logins while they cannot be checked; nil once they can.
    var loginsAtStart: Startup.Logins? { if case .starting(let logins) = self { logins } else { nil } }
    var isFollower: Bool { if case .follower = self { true } else { false } }
}
