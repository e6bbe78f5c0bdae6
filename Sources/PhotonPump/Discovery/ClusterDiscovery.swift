internal import Logging
internal import PhotonPumpTransport
internal import Synchronization

/// Finds a node of a cluster by asking its nodes for gossip.
struct ClusterDiscovery: Sendable {
    /// Where to ask if nothing else is known.
    var seeds: [Endpoint]
    /// The name of the SRV records that give the seeds, which is looked up in every round; nil if they are fixed.
    var service: String?
    var settings = DiscoverySettings()
    /// How long a round may take if it is to reach everyone.
    var patience: Duration = .seconds(5)
    var selection = NodeSelection()
    /// For gossip over HTTPS; nil for HTTP.
    var gossipTLS: TLSSettings?
    /// That of this machine to ask from; nil for any.
    var localAddress: String?
    let environment: Environment
    var getter: any HTTPGetter
    var lookUpService: @Sendable (String) async throws -> [Endpoint]
    var lookUp: @Sendable (Endpoint) async throws -> [String]
    var logger = Logger(label: "PhotonPump") { _ in SwiftLogNoOpLogHandler() }
    /// What was logged before.
    let said = Said()
    /// Called with the reason why no node has been found yet, before all are asked again.
    var progress: @Sendable (PhotonPumpError) async -> Void = { _ in }
    /// Called with what a seed has said in a round that found no node. It replaces what is remembered: nodes that have
    /// moved, or that somebody else has made up, must not be asked for ever while seeds know better. If no seed has
    /// answered, what is remembered may be all there is.
    var heard: @Sendable (ClusterGossip) async -> Void = { _ in }
    var pause: @Sendable (Duration) async throws -> Void

    init(seeds: [Endpoint], environment: Environment = .system, http: any HTTPGetter = CurlGetter()) {
        self.seeds = seeds
        self.environment = environment
        self.getter = http
        self.lookUpService = { try await AddressLookup.servers(of: $0, environment) }
        self.lookUp = { try await AddressLookup.addresses(of: $0, environment) }
        self.pause = { try await environment.sleep(for: $0) }
    }

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
    ///   - isFresh: whether that is recent.
    ///   - failed: the node that has failed since; it is chosen again only if there is no other.
    /// - Throws: ``PhotonPumpError/Code/discoveryFailed``, with the answer of each endpoint, or `CancellationError`.
    func findNode(
        remembered: ClusterGossip? = nil, isFresh: Bool = true, avoiding failed: Endpoint? = nil
    ) async throws -> Node {
        try await self.search(remembered, isFresh, avoiding: failed) { gossip in
            var generator = self.environment.randomness
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
        try await self.search(remembered, true, avoiding: nil) { .success($0) }
    }

    /// The same with the seeds that are known now.
    private func seeded(_ failures: inout DiscoveryFailures) async throws -> Self {
        guard let service else { return self }
        var seeded = self
        do {
            seeded.seeds = try await self.lookUpService(service)
        } catch {
            try Task.checkCancellation()
            failures.add(service, DiscoveryFailure(error))
        }
        return seeded
    }

    private func search<Found>(
        _ remembered: ClusterGossip?,
        _ isFresh: Bool,
        avoiding failed: Endpoint?,
        _ find: (ClusterGossip) -> Result<Found, DiscoveryFailure>
    ) async throws -> Found {
        var attempt = 1
        var (remembered, isFresh) = (remembered, isFresh)
        while true {
            var failures = DiscoveryFailures()
            let round = try await self.seeded(&failures)
            var generator = self.environment.randomness
            let plan = DiscoveryPlan(
                seeds: round.seeds, areOrdered: self.service != nil, remembered: remembered, isFresh: isFresh,
                avoiding: failed,
                using: &generator)
            var fromSeed: ClusterGossip?
            if let found = try await round.ask(plan, &failures, &fromSeed, find) { return found }
            if let fromSeed {
                (remembered, isFresh) = (fromSeed, true)
                await self.heard(fromSeed)
            }
            if attempt == self.settings.maximumAttempts || failures.arePermanent {
                throw failures.error(attempts: attempt)
            }
            await self.progress(failures.error(attempts: attempt))
            try await self.pause(self.settings.interval)
            attempt += 1
        }
    }
}

/// Remembers what was said, so that it is said once and not with each of many attempts.
final class Said: Sendable {
    private static let most = 100
    private let words = Mutex<Set<String>>([])

    func isNew(_ text: String) -> Bool {
        self.words.withLock { words in
            if words.count >= Self.most { words = [] }
            return words.insert(text).inserted
        }
    }
}
