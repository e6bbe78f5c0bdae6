import PhotonPumpWire
import Testing

@testable import PhotonPump

@Suite("Choosing a node")
struct NodeSelectionTests {
    private static let master = node(1, .master)
    private static let followers = [node(2, .follower), node(3, .follower)]
    private static let replica = node(4, .readOnlyReplica)
    private static let leaderless = node(5, .readOnlyLeaderless)
    private static let cluster = ClusterGossip(members: [replica, followers[0], master, followers[1], leaderless])

    private static func node(_ number: Int, _ state: NodeState, isAlive: Bool = true) -> ClusterMember {
        ClusterMember(state: state, isAlive: isAlive, tcpHost: "h\(number)", tcpPort: 1113)
    }

    /// Those chosen with many different random numbers.
    private func chosen(
        _ preference: NodePreference,
        from members: [ClusterMember],
        avoiding failed: Endpoint? = nil
    ) -> Set<ClusterMember> {
        let selection = NodeSelection(preference: preference)
        return Set(
            (0..<UInt64(100)).compactMap { seed in
                var generator = SeededGenerator(seed: seed)
                guard
                    case .node(let member, let endpoint) = selection.choose(
                        from: ClusterGossip(members: members), avoiding: failed, using: &generator)
                else { return nil }
                #expect(endpoint == member.endpoint(usesTLS: false))
                return member
            }
        )
    }

    @Test("choosing a node takes one of the preferred kind, any of them")
    func preferred() {
        let members = Self.cluster.members
        #expect(self.chosen(.master, from: members) == [Self.master])
        #expect(self.chosen(.follower, from: members) == Set(Self.followers))
        #expect(self.chosen(.readOnlyReplica, from: members) == [Self.replica, Self.leaderless])
        #expect(self.chosen(.random, from: members) == Set(members))
    }

    @Test("choosing a node takes the next best when there is none of the preferred kind")
    func nextBest() {
        #expect(self.chosen(.master, from: Self.followers + [Self.replica]) == Set(Self.followers))
        #expect(self.chosen(.master, from: [Self.replica]) == [Self.replica])
        #expect(self.chosen(.follower, from: [Self.replica, Self.master]) == [Self.master])
        #expect(self.chosen(.readOnlyReplica, from: Self.followers + [Self.master]) == Set(Self.followers))
        #expect(self.chosen(.readOnlyReplica, from: [Self.master]) == [Self.master])
    }

    @Test("choosing a node avoids the node that just failed, unless there is no other")
    func avoiding() {
        let failed = Self.master.endpoint(usesTLS: false)
        #expect(self.chosen(.master, from: Self.cluster.members, avoiding: failed) == Set(Self.followers))
        #expect(self.chosen(.master, from: [Self.master, Self.node(6, .manager)], avoiding: failed) == [Self.master])
    }

    @Test("choosing a node takes none that is dead or cannot serve", arguments: NodeState.allCases)
    func unable(state: NodeState) {
        let able: Set<NodeState> = [.master, .follower, .readOnlyReplica, .readOnlyLeaderless]
        #expect(self.chosen(.random, from: [Self.node(1, state)]).isEmpty == !able.contains(state))
        #expect(self.chosen(.random, from: [Self.node(1, state, isAlive: false)]).isEmpty)
    }

    @Test("choosing a node says why there is none")
    func reasons() {
        func reason(_ members: [ClusterMember], usesTLS: Bool = false, selector: NodeSelector? = nil) -> String? {
            var generator = SystemRandomNumberGenerator()
            let selection = NodeSelection(selector: selector, usesTLS: usesTLS)
            let gossip = ClusterGossip(members: members)
            guard case .none(let reason) = selection.choose(from: gossip, avoiding: nil, using: &generator) else {
                return nil
            }
            return reason
        }
        #expect(reason([]) == "its gossip names no node")
        #expect(
            reason([Self.node(1, .unknown), Self.node(2, .manager, isAlive: false)])
                == "no node can serve: h1:1113 (unknown), h2:1113 (manager, not alive)"
        )
        #expect(
            reason([Self.master], usesTLS: true)
                == "h1:1113 (master): its TCP interface has no port for TLS, only port 1113 without TLS"
        )
        let secure = ClusterMember(state: .master, tcpHost: "h", tlsPort: 1115)
        #expect(reason([secure]) == "h:1115 (master): its TCP interface requires TLS, on port 1115")
        #expect(reason([secure], usesTLS: true) == nil)
        let closed = ClusterMember(state: .master, tcpHost: "h")
        #expect(reason([closed], usesTLS: true)?.hasSuffix("its TCP interface is switched off") == true)
        #expect(reason([Self.master], selector: { _ in nil }) == "selectNode chose no node")
    }

    @Test("choosing a node skips nodes without the TCP port that is needed")
    func noPort() {
        let closed = ClusterMember(state: .master, tcpHost: "h")
        #expect(self.chosen(.master, from: [closed] + Self.followers) == Set(Self.followers))
    }

    @Test("choosing a node is left to a selector when there is one")
    func selector() {
        var generator = SystemRandomNumberGenerator()
        let selection = NodeSelection(selector: { gossip in gossip.members.last })
        let choice = selection.choose(from: Self.cluster, avoiding: nil, using: &generator)
        #expect(choice == .node(Self.leaderless, Endpoint(host: "h5", port: 1113)))
    }

    @Test("choosing a node is left to a selector without the node that has failed, unless that wants no other")
    func selectorAvoids() {
        var generator = SystemRandomNumberGenerator()
        let failed = Self.leaderless.endpoint(usesTLS: false)
        let last = NodeSelection(selector: { gossip in gossip.members.last })
        guard case .node(let member, _) = last.choose(from: Self.cluster, avoiding: failed, using: &generator) else {
            Issue.record("chose none")
            return
        }
        #expect(member != Self.leaderless)
        let stubborn = NodeSelection(selector: { gossip in gossip.members.first { $0 == Self.leaderless } })
        let choice = stubborn.choose(from: Self.cluster, avoiding: failed, using: &generator)
        #expect(choice == .node(Self.leaderless, Endpoint(host: "h5", port: 1113)))
    }
}
