/// Where to ask for gossip in one attempt, and in which order; pure.
///
/// First the nodes that the last gossip named, those without data last; then the configured endpoints; and finally the
/// node that has just failed. Each address is asked once.
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

    private var endpoints: ArraySlice<Endpoint>
    private var candidates: ArraySlice<Candidate> = []
    private var asked: Set<Endpoint> = []

    /// - Parameter failed: the TCP endpoint of the node that failed.
    init(
        seeds: [Endpoint],
        remembered: ClusterGossip?,
        avoiding failed: Endpoint?,
        using generator: inout some RandomNumberGenerator
    ) {
        let known = (remembered?.members ?? []).shuffled(using: &generator)
        let members = known.filter { failed == nil || !$0.isAt(failed) }
        let nodes = members.filter { $0.state != .manager } + members.filter { $0.state == .manager }
        let last = known.filter { failed != nil && $0.isAt(failed) }
        self.endpoints =
            (nodes.compactMap(\.http) + seeds.shuffled(using: &generator) + last.compactMap(\.http))[...]
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
        self.candidates =
            addresses.shuffled(using: &generator)
            .map { Candidate(endpoint: endpoint, address: $0) }[...]
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
