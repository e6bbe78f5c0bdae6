/// Why one endpoint did not lead to a node.
struct DiscoveryFailure: Error, Equatable {
    let reason: String
    /// Whether asking again with the same settings would fail the same way.
    var isPermanent = false
}

extension DiscoveryFailure {
    init(status: Int) {
        // Such a server waits for other nodes, of which there are none, and gives up.
        let hint = status == 408 ? " (is it a single node without --gossip-on-single-node?)" : ""
        self.init(reason: "it answered with status \(status)\(hint)")
    }

    init(_ error: any Error) {
        switch error {
        case let failure as HTTPFailure:
            self.init(reason: failure.description, isPermanent: failure.isPermanent)
        case is DecodingError:
            self.init(reason: "its answer is not gossip")
        default:
            self.init(reason: "\(error)")
        }
    }
}

/// The answers of all endpoints that were asked in one attempt.
struct DiscoveryFailures {
    /// In Unicode scalars. Gossip may name thousands of nodes.
    private static let longestReason = 1000

    private var failures: [(place: String, failure: DiscoveryFailure)] = []

    mutating func add(_ place: String, _ failure: DiscoveryFailure) {
        let reason = failure.reason.shortened(to: Self.longestReason)
        self.failures.append((place, DiscoveryFailure(reason: reason, isPermanent: failure.isPermanent)))
    }

    /// Whether another attempt would be pointless.
    var arePermanent: Bool {
        !self.failures.isEmpty && self.failures.allSatisfy { $0.failure.isPermanent }
    }

    func error(attempts: Int) -> PhotonPumpError {
        let reasons = self.failures.map { "\($0.place): \($0.failure.reason)" }
        let count = attempts == 1 ? "1 attempt" : "\(attempts) attempts"
        return PhotonPumpError(
            .discoveryFailed,
            "no node of the cluster found in \(count): \(reasons.joined(separator: "; "))"
        )
    }
}
