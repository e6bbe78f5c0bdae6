package import PhotonPumpTransport

/// A trial on one thread, in a network and a time of its own, all of whose chances follow from a seed.
package struct SimulatedTrial: Sendable {
    package let seed: UInt64
    /// The same for the same seed and number of calls.
    package let trace: SimulationTrace
    package let elapsed: Duration
    package let tally: Tally

    /// - Parameter calls: how many it takes.
    package static func run(seed: UInt64, calls: Int) async throws -> SimulatedTrial {
        let loop = RunLoop(seed: seed, limit: .seconds(86_400), takesTurns: false)
        let environment = Environment(simulatedOn: loop, latency: .microseconds(20) ... .milliseconds(3))
        let plan = Trial.Plan(
            seed: seed, calls: calls, length: .seconds(36_000), tolerance: .milliseconds(5),
            stall: { loop.stall(for: $0) })
        let began = environment.now
        var tally = Tally()
        do {
            tally = try await loop.run { try await Trial.run(plan, in: environment) }
        } catch {
            tally.complaints = ["\(error)"]
        }
        return SimulatedTrial(seed: seed, trace: loop.trace, elapsed: environment.now - began, tally: tally)
    }
}
