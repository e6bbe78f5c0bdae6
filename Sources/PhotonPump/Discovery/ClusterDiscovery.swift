/// Finds a node of a cluster by asking its nodes for gossip.
struct ClusterDiscovery: Sendable {
    /// Where to ask if nothing else is known.
    var seeds: [Endpoint]
    var settings = DiscoverySettings()
    var selection = NodeSelection()
    /// For gossip over HTTPS; nil for HTTP.
    var gossipTLS: TLSSettings?
    var getter: any HTTPGetter = CurlGetter()
    var lookUp: @Sendable (Endpoint) async throws -> [String] = AddressLookup.addresses
    /// Called with the reason why no node has been found yet, before all are asked again.
    var progress: @Sendable (PhotonPumpError) async -> Void = { _ in }
    var pause: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

    /// The result of a search.
    struct Node: Equatable {
        let member: ClusterMember
        let endpoint: Endpoint
        /// The gossip that named the node; the next search begins with its members.
        let gossip: ClusterGossip
    }

    /// Asks until a node is found or the attempts are used up. Cancelling the task ends it at once.
    ///
    /// - Parameters:
    ///   - remembered: the gossip in which a node was found before.
    ///   - failed: the node that has failed since; it is chosen again only if there is no other.
    /// - Throws: ``PhotonPumpError/Code/discoveryFailed``, with the answer of each endpoint, or `CancellationError`.
    func findNode(remembered: ClusterGossip? = nil, avoiding failed: Endpoint? = nil) async throws -> Node {
        try await self.search(remembered, avoiding: failed) { gossip in
            var generator = SystemRandomNumberGenerator()
            switch self.selection.choose(from: gossip, avoiding: failed, using: &generator) {
            case .node(let member, let endpoint):
                return .success(Node(member: member, endpoint: endpoint, gossip: gossip))
            case .none(let reason):
                return .failure(DiscoveryFailure(reason: reason))
            }
        }
    }

    /// The first gossip received, whether or not it names a suitable node.
    ///
    /// - Throws: as ``findNode(remembered:avoiding:)``.
    func readGossip(remembered: ClusterGossip? = nil) async throws -> ClusterGossip {
        try await self.search(remembered, avoiding: nil) { .success($0) }
    }

    private func search<Found>(
        _ remembered: ClusterGossip?,
        avoiding failed: Endpoint?,
        _ find: (ClusterGossip) -> Result<Found, DiscoveryFailure>
    ) async throws -> Found {
        var attempt = 1
        while true {
            var generator = SystemRandomNumberGenerator()
            let plan = DiscoveryPlan(
                seeds: self.seeds, remembered: remembered, avoiding: failed, using: &generator)
            var failures = DiscoveryFailures()
            if let found = try await self.attempt(plan, &failures, find) { return found }
            if attempt == self.settings.maximumAttempts || failures.arePermanent {
                throw failures.error(attempts: attempt)
            }
            await self.progress(failures.error(attempts: attempt))
            try await self.pause(self.settings.interval)
            attempt += 1
        }
    }

    /// nil if all were asked without success.
    private func attempt<Found>(
        _ plan: DiscoveryPlan,
        _ failures: inout DiscoveryFailures,
        _ find: (ClusterGossip) -> Result<Found, DiscoveryFailure>
    ) async throws -> Found? {
        var plan = plan
        var generator = SystemRandomNumberGenerator()
        while true {
            switch plan.next() {
            case .lookUp(let endpoint):
                do {
                    plan.found(try await self.lookUp(endpoint), of: endpoint, using: &generator)
                } catch {
                    try Task.checkCancellation()
                    failures.add("\(endpoint)", DiscoveryFailure(reason: "\(error)"))
                }
            case .ask(let candidate):
                switch try await self.ask(candidate).flatMap(find) {
                case .success(let found): return found
                case .failure(let failure): failures.add("\(candidate)", failure)
                }
            case .end:
                return nil
            }
        }
    }

    /// - Throws: only `CancellationError`.
    private func ask(_ candidate: DiscoveryPlan.Candidate) async throws -> Result<ClusterGossip, DiscoveryFailure> {
        let request = HTTPRequest(
            endpoint: candidate.endpoint,
            address: candidate.address,
            tls: self.gossipTLS,
            path: "/gossip?format=json",
            timeout: self.settings.gossipTimeout
        )
        do {
            let response = try await self.getter.get(request)
            guard response.status == 200 else { return .failure(DiscoveryFailure(status: response.status)) }
            return .success(try ClusterGossip(json: response.body))
        } catch {
            try Task.checkCancellation()
            return .failure(DiscoveryFailure(error))
        }
    }
}
