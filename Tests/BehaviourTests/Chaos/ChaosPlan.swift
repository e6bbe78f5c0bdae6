import Foundation

/// How long there is to be chaos, and which.
struct ChaosPlan: Codable {
    /// Of `PHOTONPUMP_CHAOS_SEED`, or any. The same seed makes the same decisions, if not at the same moments.
    let seed: UInt64
    /// Of `PHOTONPUMP_CHAOS_SECONDS`, or 10 s.
    let length: Duration

    init(_ environment: [String: String] = ProcessInfo.processInfo.environment) {
        self.seed = environment["PHOTONPUMP_CHAOS_SEED"].flatMap { UInt64($0) } ?? .random(in: 0...999_999)
        self.length = .seconds(environment["PHOTONPUMP_CHAOS_SECONDS"].flatMap { Double($0) } ?? 10)
    }
}
