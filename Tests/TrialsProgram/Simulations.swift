import Foundation
import PhotonPumpTransport
import Trials

/// Simulated trials, one seed after another, each of them twice.
struct Simulations {
    private let settings: Settings
    private var total = Tally()
    private var elapsed = Duration.zero
    private var count = 0

    private init(_ settings: Settings) {
        self.settings = settings
    }

    /// - Returns: whether all were passed.
    static func run(_ settings: Settings) async throws -> Bool {
        var simulations = Simulations(settings)
        return try await simulations.run()
    }

    private mutating func run() async throws -> Bool {
        let began = ContinuousClock.now
        let end = began + .seconds(Int64(clamping: self.settings.seconds))
        var seed = self.settings.seed ?? .random(in: 0..<1_000_000_000)
        repeat {
            guard try await self.isPassed(seed) else { return false }
            seed += 1
        } while self.settings.seed == nil && ContinuousClock.now < end
        print(
            """
            \(self.count) seeds up to \(seed - 1), each twice, in \((ContinuousClock.now - began).words): \
            \(self.total.operations) operations and \(self.total.kills) kills in \(self.elapsed.words) of their time
            \(self.total)
            """)
        return true
    }

    private mutating func isPassed(_ seed: UInt64) async throws -> Bool {
        let calls = Int(clamping: self.settings.calls)
        let first = try await SimulatedTrial.run(seed: seed, calls: calls)
        guard first.tally.complaints.isEmpty else {
            self.report(first, first.tally.complaints)
            return false
        }
        let second = try await SimulatedTrial.run(seed: seed, calls: calls)
        guard first.trace.digest == second.trace.digest, first.tally == second.tally else {
            self.report(
                first,
                [
                    """
                    the second run was another: \(first.trace.stepCount) steps with the digest \(first.trace.digest), \
                    and \(second.trace.stepCount) with \(second.trace.digest)
                    """
                ])
            return false
        }
        self.count += 1
        self.elapsed += first.elapsed
        self.total.add(first.tally)
        return true
    }

    private func report(_ trial: SimulatedTrial, _ complaints: [String]) {
        print(
            """
            seed \(trial.seed) after \(trial.elapsed.words): \(complaints.joined(separator: "\n"))
            \(trial.tally)
            The last steps:
            \(trial.trace)
            Again: make simulate SEED=\(trial.seed) CALLS=\(self.settings.calls)
            """)
    }
}
