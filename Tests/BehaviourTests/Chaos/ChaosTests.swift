import EmbeddedEventStore
import Foundation
import PhotonPump
import Testing
import Trials

@Suite("Chaos", .serialized, .timeLimit(.minutes(10)), .enabled(if: TestCluster.isEmbedded, "kills the servers"))
struct ChaosTests {
    @Test(
        "a client among failing nodes loses no event, doubles none, and leaves nothing behind, whatever happens to the nodes"
    )
    func chaos() async {
        let plan = ChaosPlan()
        print("chaos for \(plan.length): PHOTONPUMP_CHAOS_SEED=\(plan.seed)")
        // In a process of its own, so that its clocks are not those of a process with hundreds of other tests.
        let result = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
            [plan = plan as ChaosPlan] in
            try await Self.cause(plan)
        }
        print(String(decoding: result?.standardOutputContent ?? [], as: UTF8.self))
    }

    private static func cause(_ plan: ChaosPlan) async throws {
        try await withEmbeddedCluster(logger: .silent) { cluster in
            let client = try Client(try cluster.hastyConfiguration(), logger: .silent)
            try await client.ping(options: CallOptions(timeout: .seconds(50)))
            let changes = await client.changes
            let connections = Task { await changes.reduce(0) { if case .connected = $1 { $0 + 1 } else { $0 } } }
            let (journals, deeds) = try await Self.run(plan, cluster, client)

            // Once more for everything there is, when all is calm.
            let streams = Set(journals.flatMap { $0.acknowledged.map(\.stream) + $0.uncertain.keys })
            var contents: [String: [UUID]] = [:]
            for stream in streams { contents[stream] = try await Self.read(stream, client) }
            Self.check(journals, contents)

            #expect(await client.leftovers == [])
            await client.close()
            #expect(await client.leftovers == [])
            for node in cluster.nodes {
                try await node.waitForConnectionCount(0)
                #expect(await node.leftovers == [])
            }
            Self.report(journals, deeds, await connections.value)
            #expect(await connections.value > 0, "nothing was disturbed")
        }
    }

    /// Disturbs the cluster while four tasks use it.
    private static func run(
        _ plan: ChaosPlan,
        _ cluster: EmbeddedCluster,
        _ client: Client
    ) async throws -> (journals: [Journal], deeds: [String: Int]) {
        let end = ContinuousClock.now + plan.length
        return try await withThrowingTaskGroup(of: Journal.self) { group in
            for number in 1...4 {
                group.addTask {
                    var worker = ChaosWorker("own\(number)", client, seed: plan.seed &+ UInt64(number))
                    try await worker.run(until: end)
                    return worker.journal
                }
            }
            var disturber = Disturber(cluster, seed: plan.seed)
            try await disturber.run(until: end)
            return (try await group.reduce(into: []) { $0.append($1) }, disturber.deeds)
        }
    }

    /// The ids in a stream, by their numbers.
    static func read(_ stream: String, _ client: Client) async throws -> [UUID] {
        do {
            let options = CallOptions(timeout: .seconds(50))
            return try await client.iter(stream, options: options).reduce(into: []) { ids, event in
                #expect(event.number == Int64(ids.count))
                ids.append(event.id)
            }
        } catch let error as PhotonPumpError where error.code == .streamNotFound {
            return []
        }
    }

    static func check(_ journals: [Journal], _ contents: [String: [UUID]]) {
        var known: Set<UUID> = []
        for journal in journals {
            var lastNumbers: [String: Int64] = [:]
            for write in journal.acknowledged {
                let there = contents[write.stream, default: []].dropFirst(Int(write.firstNumber)).prefix(
                    write.ids.count)
                #expect(Array(there) == write.ids, "acknowledged events \(write.firstNumber)… of '\(write.stream)'")
                #expect(write.firstNumber > lastNumbers[write.stream] ?? -1, "in the order they were written")
                lastNumbers[write.stream] = write.firstNumber
                known.formUnion(write.ids)
            }
            for ids in journal.uncertain.values { known.formUnion(ids) }
        }
        let all = contents.values.joined()
        #expect(Set(all).count == all.count, "an event is there twice")
        #expect(Set(all).isSubset(of: known), "an event is there that was not to be written")
    }

    private static func report(_ journals: [Journal], _ deeds: [String: Int], _ connections: Int) {
        let outcomes = journals.reduce(into: [String: Int]()) { $0.merge($1.outcomes, uniquingKeysWith: +) }
        let (calls, ended) = (journals.map(\.calls).reduce(0, +), outcomes.values.reduce(0, +))
        #expect(calls == ended)
        let acknowledged = journals.flatMap { $0.acknowledged.map(\.ids.count) }.reduce(0, +)
        #expect(acknowledged > 100, "hardly anything was written")
        let uncertain = journals.flatMap { $0.uncertain.values.map(\.count) }.reduce(0, +)
        let longest = journals.map(\.longest).max() ?? .zero
        print(
            """
            \(calls) calls: \(outcomes.sorted { $0.value > $1.value }.map { "\($0.value) \($0.key)" }.joined(separator: ", "))
            \(acknowledged) events acknowledged, \(uncertain) uncertain; the longest call took \(longest)
            \(deeds.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")); \
            \(connections) new connections
            """)
    }
}
