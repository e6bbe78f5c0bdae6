internal import PhotonPumpWire

/// Which nodes belong to a cluster, which of them are present, and which one leads; a value without time, sockets or
/// tasks.
///
/// Nodes are numbered from 0. No majority is needed to elect a master: one node is enough.
struct Membership {
    struct Member {
        let instance: GUID
        var address: NodeAddress
        fileprivate(set) var presence = Presence.absent
        /// Its gossip about itself when it was last in contact with the others.
        fileprivate(set) var lastSign: GossipDocument.Member?
    }

    enum Presence {
        case absent
        /// Running, and in contact with the others.
        case joined
        /// Running on its own, in this role and with this view of the cluster, which becomes outdated.
        case apart(Role, GossipDocument)
    }

    /// The time during which one node leads.
    struct Epoch {
        var number = -1
        var position: Int64 = -1
        var id = GUID.zero
    }

    let generation: Generation
    private(set) var members: [Member]
    private(set) var master: Int?
    private(set) var epoch = Epoch()
    private let newID: @Sendable () -> GUID

    init(_ addresses: [NodeAddress], _ generation: Generation, newID: @escaping @Sendable () -> GUID) {
        self.members = addresses.map { Member(instance: newID(), address: $0) }
        self.generation = generation
        self.newID = newID
    }

    /// Nil for a node that is not running.
    func role(of node: Int) -> Role? {
        switch self.members[node].presence {
        case .absent: nil
        case .apart(let role, _): role
        case .joined where self.master == node: .master
        case .joined: self.master.map { .follower(of: self.masterInfo($0)) } ?? .leaderless
        }
    }

    func isJoined(_ node: Int) -> Bool {
        if case .joined = self.members[node].presence { true } else { false }
    }

    /// Whether a node does what a master or a follower does.
    func isReady(_ node: Int) -> Bool { self.isJoined(node) && self.master != nil }

    /// Notes where a node is, or will be.
    mutating func place(_ node: Int, at address: NodeAddress) {
        self.members[node].address = address
    }

    /// A node that was absent or apart joins the others.
    mutating func join(_ node: Int) {
        self.members[node].presence = .joined
    }

    /// A node starts and finds no others.
    mutating func startAlone(_ node: Int, _ logins: Startup.Logins, _ moment: Moment) {
        self.members[node].presence = .apart(.starting(logins), self.loneGossip(of: node, moment))
    }

    /// A node stops.
    mutating func leave(_ node: Int, _ moment: Moment) {
        self.loseTouch(with: node, moment)
        self.members[node].presence = .absent
    }

    /// A node loses contact with the others and continues: a follower as if nothing had happened, a master without a
    /// cluster to lead.
    mutating func part(_ node: Int, _ moment: Moment) {
        guard self.isJoined(node) else { return }
        let picture = self.gossip(of: node, moment)
        let role: Role =
            if case .follower(of: let master) = self.role(of: node) { .cutOff(from: master) } else { .leaderless }
        self.loseTouch(with: node, moment)
        self.members[node].presence = .apart(role, picture)
    }

    private mutating func loseTouch(with node: Int, _ moment: Moment) {
        if self.isJoined(node) {
            self.members[node].lastSign = self.row(of: node, moment)
            self.members[node].lastSign?.isAlive = false
        }
        if self.master == node { self.master = nil }
    }

    /// Makes a joined node the master.
    mutating func elect(_ node: Int, _ moment: Moment) {
        guard self.isJoined(node), self.master != node else { return }
        self.master = node
        self.epoch = Epoch(
            number: self.epoch.number + 1,
            position: self.epoch.number < 0 ? 0 : moment.endPosition,
            id: self.newID()
        )
    }

    /// The node that would be elected.
    var candidate: Int? { self.members.indices.first { self.isJoined($0) } }
}

extension Membership {
    /// How a node that is not the master refers to the master.
    func masterInfo(_ node: Int) -> MasterInfo {
        let address = self.members[node].address
        var info = MasterInfo()
        if let port = address.plainTCPPort(self.generation) {
            (info.tcpHost, info.tcpPort) = (address.host, Int32(port))
        }
        if let port = address.secureTCPPort {
            (info.secureTCPHost, info.secureTCPPort) = (address.host, Int32(port))
        }
        (info.httpHost, info.httpPort) = (address.host, Int32(address.httpPort ?? 0))
        return info
    }
}
