import EmbeddedEventStore
import PhotonPump
import Testing

@Suite("The drill", .serialized, .timeLimit(.minutes(120)))
struct DrillTests {
    private static let plan = DrillPlan()
    private static let purpose: Comment = "make drill makes it on real nodes"

    @Test(
        "the drill leaves nothing lost, repeated or hanging on embedded nodes (S75, S76, S79)",
        .enabled(if: DrillTests.plan.realNodes == nil, DrillTests.purpose))
    func embedded() async {
        let plan = Self.plan
        print("drill with \(plan.strikes) strikes: PHOTONPUMP_DRILL_SEED=\(plan.seed)")
        // In a process of its own, so that its clocks are not those of a process with hundreds of other tests.
        let result = await #expect(
            processExitsWith: .success, observing: [\.standardOutputContent, \.standardErrorContent]
        ) { [plan = plan as DrillPlan] in
            do {
                try await withEmbeddedCluster(logger: .silent) { cluster in
                    try await Drill(plan, EmbeddedDrillNodes(cluster)).run()
                }
            } catch {
                // What the process throws is not seen outside.
                Issue.record(error)
            }
        }
        print(String(decoding: result?.standardErrorContent ?? [], as: UTF8.self))
        print(String(decoding: result?.standardOutputContent ?? [], as: UTF8.self))
    }

    @Test(
        "the drill leaves nothing lost, repeated or hanging on real nodes (S75, S76, S79)",
        .enabled(if: DrillTests.plan.realNodes != nil, DrillTests.purpose))
    func real() async throws {
        let plan = Self.plan
        let nodes = try RealDrillNodes(#require(plan.realNodes))
        let length = plan.minutes.map { "\($0) minutes" } ?? "\(plan.strikes) strikes"
        sayDuringDrill("\(length): PHOTONPUMP_DRILL_SEED=\(plan.seed)")
        try await Drill(plan, nodes).run()
    }
}
