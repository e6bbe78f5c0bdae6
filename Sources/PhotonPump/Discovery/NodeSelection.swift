/// Chooses a node from gossip; pure.
struct NodeSelection: Sendable {
    var preference = NodePreference.master
    /// Used instead of the preference.
    var selector: NodeSelector?
    var usesTLS = false

    enum Choice: Equatable {
        case node(ClusterMember, Endpoint)
        /// No node is suitable, for this reason.
        case none(String)
    }

    /// - Parameter failed: the node that has just failed; it is chosen only if there is no other.
    func choose(
        from gossip: ClusterGossip,
        avoiding failed: Endpoint?,
        using generator: inout some RandomNumberGenerator
    ) -> Choice {
        guard !gossip.members.isEmpty else { return .none("its gossip names no node") }
        if let selector {
            var others = gossip
            others.members.removeAll { failed != nil && $0.endpoint(usesTLS: self.usesTLS) == failed }
            let chosen = others.members.isEmpty ? nil : selector(others)
            guard let member = chosen ?? selector(gossip) else { return .none("selectNode chose no node") }
            return self.choice(among: [member], avoiding: nil)
        }
        let able = gossip.members.filter { $0.isAlive && Self.order(.master, $0.state) != nil }
        guard !able.isEmpty else {
            return .none("no node can serve: \(gossip.members.map(\.description).joined(separator: ", "))")
        }
        let shuffled = able.shuffled(using: &generator)
        let ordered = (0...2).flatMap { order -> [ClusterMember] in
            shuffled.filter { Self.order(self.preference, $0.state) == order }
        }
        return self.choice(among: ordered, avoiding: failed)
    }

    private func choice(among members: [ClusterMember], avoiding failed: Endpoint?) -> Choice {
        let nodes = members.compactMap { member in member.endpoint(usesTLS: self.usesTLS).map { (member, $0) } }
        guard let (member, endpoint) = nodes.first(where: { $0.1 != failed }) ?? nodes.first else {
            let reasons = members.map { "\($0): \($0.whyNoEndpoint(usesTLS: self.usesTLS))" }
            return .none(reasons.joined(separator: ", "))
        }
        return .node(member, endpoint)
    }

    func member(at endpoint: Endpoint, in gossip: ClusterGossip) -> ClusterMember? {
        gossip.members.first { $0.endpoint(usesTLS: self.usesTLS) == endpoint }
    }

    /// Whether to leave the connection to `current` for `chosen`, because its state, or the selector, makes it the
    /// better one.
    func prefers(_ chosen: ClusterMember, to current: Endpoint, in gossip: ClusterGossip) -> Bool {
        guard self.selector == nil, let member = self.member(at: current, in: gossip), member.isAlive,
            let order = Self.order(self.preference, member.state)
        else { return true }
        return Self.order(self.preference, chosen.state).map { $0 < order } ?? false
    }

    /// The rank of a node in this state, 0 first; nil if it cannot serve.
    private static func order(_ preference: NodePreference, _ state: NodeState) -> Int? {
        let orders: (master: Int, follower: Int, readOnly: Int) =
            switch preference {
            case .master: (0, 1, 2)
            case .follower: (1, 0, 2)
            case .random: (0, 0, 0)
            case .readOnlyReplica: (2, 1, 0)
            }
        switch state {
        case .master: return orders.master
        case .follower: return orders.follower
        case .readOnlyReplica, .readOnlyLeaderless: return orders.readOnly
        case .initializing, .discoverLeader, .unknown, .preReplica, .catchingUp, .clone, .preMaster, .manager,
            .shuttingDown, .shutdown, .preReadOnlyReplica, .resigningLeader:
            return nil
        }
    }
}
