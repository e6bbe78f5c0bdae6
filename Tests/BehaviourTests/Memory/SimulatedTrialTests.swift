import PhotonPumpTransport
import Testing
import Trials

@Suite("A simulated trial", .timeLimit(.minutes(5)))
struct SimulatedTrialTests {
    @Test(
        "a cluster in which everything fails keeps its promises in a simulation, and does the same again",
        arguments: [1, 2] as [UInt64])
    func repeats(_ seed: UInt64) async throws {
        let first = try await SimulatedTrial.run(seed: seed, calls: 600)
        #expect(first.tally.complaints == [], "seed \(seed):\n\(first.trace)")
        #expect(first.tally.written > 100 && first.tally.delivered > 1_000)
        let second = try await SimulatedTrial.run(seed: seed, calls: 600)
        #expect(first.trace.digest == second.trace.digest)
        #expect(first.tally == second.tally)
        let other = try await SimulatedTrial.run(seed: seed + 100, calls: 600)
        #expect(first.trace.digest != other.trace.digest)
    }
}
