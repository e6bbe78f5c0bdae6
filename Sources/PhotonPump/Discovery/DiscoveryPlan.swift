/// Where to ask for gossip in one attempt, and in which order; pure.
///
/// Nodes that the last gossip named (those without data last) and configured endpoints take turns, because either may
/// all be gone; and finally comes the node that has just failed. Each address is asked once.
struct DiscoveryPlan {
    /// One address of an endpoint.
    struct Candidate: Hashable {
        let endpoint: Endpoint
        /// Numeric.
        let address: String
    }

    enum Step: Equatable {
        /// Look up the addresses of this endpoint, and pass them to ``found(_:of:using:)``.
        case lookUp(Endpoint)
        case ask(Candidate)
        /// All endpoints have been asked.
        case end
    }

    /// How many remembered nodes are asked: a cluster has fewer, and what claims more must not keep the others waiting.
    static let maximumRemembered = 8

    private var endpoints: ArraySlice<Endpoint>
    private var candidates: ArraySlice<Candidate> = []
    private var asked: Set<Endpoint> = []

    /// - Parameters:
    ///   - areOrdered: whether the configured endpoints are to be asked in their order.
    ///   - isFresh: whether the gossip is recent; its nodes come after the configured endpoints otherwise.
    ///   - failed: the TCP endpoint of the node that failed.
    init(
        seeds: [Endpoint],
        areOrdered: Bool = false,
        remembered: ClusterGossip?,
        isFresh: Bool = true,
        avoiding failed: Endpoint?,
        using generator: inout some RandomNumberGenerator
    ) {
        let known = (remembered?.members ?? []).shuffled(using: &generator)
        let members = known.filter { failed == nil || !$0.isAt(failed) }
        let nodes = members.filter { $0.state != .manager } + members.filter { $0.state == .manager }
        let last = known.filter { failed != nil && $0.isAt(failed) }
        let first = nodes.compactMap(\.http).prefix(Self.maximumRemembered)
        let seeds = areOrdered ? seeds : seeds.shuffled(using: &generator)
        let inTurn = isFresh ? Self.inTurn(Array(first), seeds) : seeds + first
        self.endpoints = (inTurn + last.compactMap(\.http).prefix(1))[...]
    }

    /// How many endpoints and addresses are still to be asked, as far as is known.
    var count: Int { self.endpoints.count + self.candidates.count }

    private static func inTurn(_ one: [Endpoint], _ other: [Endpoint]) -> [Endpoint] {
        (0..<max(one.count, other.count)).flatMap { [one.dropFirst($0).first, other.dropFirst($0).first] }
            .compactMap(\.self)
    }

    mutating func next() -> Step {
        while let candidate = self.candidates.popFirst() {
            let address = Endpoint(host: candidate.address, port: candidate.endpoint.port)
            if self.asked.insert(address).inserted { return .ask(candidate) }
        }
        return self.endpoints.popFirst().map { .lookUp($0) } ?? .end
    }

    mutating func found(
        _ addresses: [String],
        of endpoint: Endpoint,
        using generator: inout some RandomNumberGenerator
    ) {
        self.candidates += addresses.shuffled(using: &generator).map { Candidate(endpoint: endpoint, address: $0) }
    }
}

extension ClusterMember {
    fileprivate func isAt(_ endpoint: Endpoint?) -> Bool {
        self.endpoint(usesTLS: false) == endpoint || self.endpoint(usesTLS: true) == endpoint
    }
}

extension DiscoveryPlan.Candidate: CustomStringConvertible {
    /// The endpoint, and its address if that is different.
    var description: String {
        self.address == self.endpoint.host ? "\(self.endpoint)" : "\(self.endpoint) at \(self.address)"
    }
}
