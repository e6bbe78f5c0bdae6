import Foundation
import PhotonPumpTransport
import ScriptedPeers
import Trials

/// Trials on the machine's network, in its time, one after another in one process.
struct Soak {
    /// The servers of a trial keep what is written in memory, so each has an end.
    private static let longestTrial: UInt64 = 300

    private let settings: Settings
    private var total = Tally()
    private var footprints: [Footprint] = []

    private init(_ settings: Settings) {
        self.settings = settings
    }

    /// - Returns: whether all were passed.
    static func run(_ settings: Settings) async throws -> Bool {
        var soak = Soak(settings)
        return try await soak.run()
    }

    private mutating func run() async throws -> Bool {
        var seed = self.settings.seed ?? .random(in: 0..<1_000_000_000)
        var left = self.settings.minutes * 60
        repeat {
            let length = left < 2 * Self.longestTrial ? left : Self.longestTrial
            let tally = try await self.trial(seed, seconds: length)
            guard tally.complaints.isEmpty else {
                print("seed \(seed): \(tally.complaints.joined(separator: "\n"))\n\(tally)")
                return false
            }
            self.total.add(tally)
            if Footprint.isKnown { self.footprints.append(try Footprint()) }
            left -= length
            seed += 1
        } while left > 0
        self.report()
        return self.isFlat()
    }

    private func trial(_ seed: UInt64, seconds: UInt64) async throws -> Tally {
        let plan = Trial.Plan(
            seed: seed, calls: .max, length: .seconds(Int64(clamping: seconds)), tolerance: .seconds(5))
        let tally = try await Trial.run(plan, in: .system)
        print("seed \(seed), \(seconds) s: \(tally.operations) operations, \(tally.kills) kills")
        return tally
    }

    /// Whether the process has at the end what it had after the first trial, and not something of each.
    private func isFlat() -> Bool {
        guard let first = self.footprints.first, let last = self.footprints.last else { return true }
        guard last.descriptors <= first.descriptors + 8,
            (last.kilobytesInUse ?? 0) <= (first.kilobytesInUse ?? 0) + 8_192
        else {
            print("descriptors or memory are not given back when a trial is over")
            return false
        }
        return true
    }

    private func report() {
        print("\(self.total.operations) operations, and nothing lost, repeated or left behind\n\(self.total)")
        guard let first = self.footprints.first, let last = self.footprints.last else { return }
        print(
            """
            after the first trial: \(first)
            in the middle: \(self.footprints[self.footprints.count / 2])
            at the end: \(last)
            """)
    }
}
