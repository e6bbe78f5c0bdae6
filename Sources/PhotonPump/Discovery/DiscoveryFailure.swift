/// Why one endpoint led to no node.
struct DiscoveryFailure: Error, Equatable {
    let reason: String
    /// Whether asking again with the same settings must fail the same way.
    var isPermanent = false
}

extension DiscoveryFailure {
    init(status: Int) {
        // Such a server waits for other nodes that there are none of, and gives up.
        let hint = status == 408 ? " (does a single node gossip there? --gossip-on-single-node)" : ""
        self.init(reason: "it answered with status \(status)\(hint)")
    }

    init(_ error: any Error) {
        switch error {
        case let failure as HTTPFailure:
            self.init(reason: failure.description, isPermanent: failure.isPermanent)
        case is DecodingError:
            self.init(reason: "its answer is no gossip")
        default:
            self.init(reason: "\(error)")
        }
    }
}

/// What the endpoints answered that were asked in one attempt.
struct DiscoveryFailures {
    private var failures: [(place: String, failure: DiscoveryFailure)] = []

    mutating func add(_ place: String, _ failure: DiscoveryFailure) {
        self.failures.append((place, failure))
    }

    /// Whether another attempt would be in vain.
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
