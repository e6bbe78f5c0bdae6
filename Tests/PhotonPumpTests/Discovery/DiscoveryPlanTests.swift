import PhotonPumpWire
import Testing

@testable import PhotonPump

@Suite("The plan of an attempt to find a node")
struct DiscoveryPlanTests {
    private var generator = SeededGenerator(seed: 1)

    private static func seed(_ number: Int) -> Endpoint { Endpoint(host: "s\(number)", port: 2113) }

    private static func member(_ number: Int, _ state: NodeState) -> ClusterMember {
        var member = ClusterMember(state: state, tcpHost: "h\(number)", tcpPort: 1113)
        member.http = Endpoint(host: "h\(number)", port: 2113)
        return member
    }

    /// All endpoints asked, each with one address that is its name.
    private mutating func order(_ plan: DiscoveryPlan) -> [String] {
        var plan = plan
        var asked: [String] = []
        while true {
            switch plan.next() {
            case .lookUp(let endpoint): plan.found([endpoint.host], of: endpoint, using: &self.generator)
            case .ask(let candidate): asked.append(candidate.endpoint.host)
            case .end: return asked
            }
        }
    }

    @Test("the plan of an attempt to find a node asks all seeds, in any order")
    mutating func seeds() {
        var orders: Set<[String]> = []
        for _ in 0..<100 {
            let plan = DiscoveryPlan(
                seeds: [Self.seed(1), Self.seed(2), Self.seed(3)], remembered: nil, avoiding: nil,
                using: &self.generator)
            orders.insert(self.order(plan))
        }
        #expect(orders.count == 6)
        #expect(orders.allSatisfy { Set($0) == ["s1", "s2", "s3"] })
    }

    @Test(
        "the plan of an attempt to find a node asks the nodes of the last gossip, managers last, and seeds in turn, and the one that failed last of all"
    )
    mutating func remembered() {
        let gossip = ClusterGossip(
            members: [
                Self.member(1, .manager), Self.member(2, .master), Self.member(3, .follower), Self.member(4, .follower),
            ]
        )
        var orders: Set<[String]> = []
        for _ in 0..<100 {
            let plan = DiscoveryPlan(
                seeds: [Self.seed(1)], remembered: gossip, avoiding: Endpoint(host: "h2", port: 1113),
                using: &self.generator)
            orders.insert(self.order(plan))
        }
        #expect(orders == [["h3", "s1", "h4", "h1", "h2"], ["h4", "s1", "h3", "h1", "h2"]])
    }

    @Test(
        "the plan of an attempt to find a node asks few of the nodes that gossip named, however many they are, and seeds first when that was long ago"
    )
    mutating func manyRemembered() {
        let gossip = ClusterGossip(members: (0..<1000).map { Self.member($0, .follower) })
        let seeds = (0..<3).map { Self.seed($0) }
        var plan = DiscoveryPlan(seeds: seeds, remembered: gossip, avoiding: nil, using: &self.generator)
        #expect(plan.count == 8 + 3)
        #expect(Set(self.order(plan).prefix(6)).isSuperset(of: ["s0", "s1", "s2"]))
        plan = DiscoveryPlan(
            seeds: seeds, remembered: gossip, isFresh: false, avoiding: nil, using: &self.generator)
        #expect(Set(self.order(plan).prefix(3)) == ["s0", "s1", "s2"])
        #expect(self.order(plan).count == 8 + 3)
    }

    @Test("the plan of an attempt to find a node asks every address of a name, and none twice")
    mutating func addresses() {
        var plan = DiscoveryPlan(
            seeds: [Self.seed(1), Self.seed(2)], remembered: nil, avoiding: nil, using: &self.generator)
        var asked: [String] = []
        while true {
            switch plan.next() {
            case .lookUp(let endpoint):
                plan.found(["10.0.0.1", "10.0.0.2", "::1"], of: endpoint, using: &self.generator)
            case .ask(let candidate):
                asked.append(candidate.address)
                continue
            case .end:
                #expect(Set(asked) == ["10.0.0.1", "10.0.0.2", "::1"])
                #expect(asked.count == 3)
                return
            }
        }
    }

    @Test("the plan of an attempt to find a node goes on when a name has no address")
    mutating func noAddress() {
        var plan = DiscoveryPlan(seeds: [Self.seed(1)], remembered: nil, avoiding: nil, using: &self.generator)
        #expect(plan.next() == .lookUp(Self.seed(1)))
        #expect(plan.next() == .end)
        #expect(plan.next() == .end)
    }
}
