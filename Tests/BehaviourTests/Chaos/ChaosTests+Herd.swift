import EmbeddedEventStore
import Foundation
import PhotonPump
import Testing
import Trials

extension ChaosTests {
    private static let stream = "numbered"

    @Test("a herd of clients keeps every consumer and follower supplied, whatever happens to the nodes")
    func herd() async {
        let plan = ChaosPlan()
        print("chaos in the herd for \(plan.length): PHOTONPUMP_CHAOS_SEED=\(plan.seed)")
        let result = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
            [plan = plan as ChaosPlan] in
            try await Self.driveHerd(plan)
        }
        print(String(decoding: result?.standardOutputContent ?? [], as: UTF8.self))
    }

    private static func driveHerd(_ plan: ChaosPlan) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "photonpump-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try await withEmbeddedCluster(logger: .silent) { cluster in
            let clients = try await Self.clients(of: cluster)
            let herd = try await Herd(of: 20, on: Array(clients.dropLast()), following: Self.stream, seed: plan.seed)
            let followers = (0..<4).map { number in
                // Two of them where no consumer is, and where events need not come from the master.
                let client = number < 2 ? clients[number] : clients[clients.count - 1]
                let path = directory.appending(path: "\(number).checkpoint").path
                return RestartedFollower(
                    client, stream: Self.stream, path: path, seed: plan.seed &+ UInt64(number) &+ 1)
            }

            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await herd.run() }
                let (journal, deeds) = try await Self.disturb(plan, cluster, clients[0], followers)

                // All is calm, and everybody has time to come to the end.
                let contents = try await Self.read(Self.stream, clients[0])
                Self.check([journal], [Self.stream: contents])
                #expect(await herd.wait(for: contents, atMost: .seconds(60)) == [], "not handled by any consumer")
                try await Self.expectCheckpoint(Int64(contents.count) - 1, clients[0])
                herd.stop()
                try await group.waitForAll()
                try await Self.finish(followers, contents)
                Self.reportHerd(plan, journal, contents.count, herd.result, followers.map(\.result), deeds)
            }
            let parked = "$persistentsubscription-\(Self.stream)::\(Herd.group)-parked"
            #expect(try await Self.read(parked, clients[0]) == [], "parked")
            try await Self.expectNothingLeft(clients, cluster)
        }
    }

    /// The last one prefers nodes that are not the master.
    private static func clients(of cluster: EmbeddedCluster) async throws -> [Client] {
        var clients: [Client] = []
        for number in 1...5 {
            var configuration = try cluster.hastyConfiguration()
            if number == 5 { configuration.nodePreference = .follower }
            let client = try Client(configuration, logger: .silent)
            try await client.ping(options: CallOptions(timeout: .seconds(50)))
            clients.append(client)
        }
        return clients
    }

    /// Disturbs the cluster while events are written and followed.
    private static func disturb(
        _ plan: ChaosPlan, _ cluster: EmbeddedCluster, _ client: Client, _ followers: [RestartedFollower]
    ) async throws -> (Journal, deeds: [String: Int]) {
        let end = ContinuousClock.now + plan.length
        return try await withThrowingTaskGroup(of: Journal.self) { group in
            group.addTask {
                var writer = NumberedWriter(client, stream: Self.stream)
                try await writer.run(until: end)
                return writer.journal
            }
            for follower in followers {
                group.addTask {
                    try await follower.run(until: end)
                    return Journal()
                }
            }
            var disturber = Disturber(cluster, seed: plan.seed)
            try await disturber.run(until: end)
            let journals = try await group.reduce(into: []) { $0.append($1) }
            return (journals.first { $0.calls > 0 } ?? Journal(), disturber.deeds)
        }
    }

    /// Waits until the server has noted that the last event, and all before it, were acknowledged.
    private static func expectCheckpoint(_ last: Int64, _ client: Client) async throws {
        let stream = "$persistentsubscription-\(Self.stream)::\(Herd.group)-checkpoint"
        let subscription = try await client.subscribe(to: stream, from: .start)
        let timer = Task {
            try await Task.sleep(for: .seconds(60))
            subscription.stop()
        }
        defer { timer.cancel() }
        var checkpoint: Int64 = -1
        for try await event in subscription.events {
            let next = try #require(Int64(event.data.text))
            #expect(next >= checkpoint)
            checkpoint = next
            if checkpoint == last { break }
        }
        #expect(checkpoint == last, "not all was acknowledged")
    }

    private static func finish(_ followers: [RestartedFollower], _ contents: [UUID]) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for follower in followers {
                group.addTask {
                    try await follower.catchUp(to: Int64(contents.count) - 1, atMost: .seconds(60))
                    #expect(follower.result.ids == contents)
                }
            }
            try await group.waitForAll()
        }
    }

    private static func expectNothingLeft(_ clients: [Client], _ cluster: EmbeddedCluster) async throws {
        for client in clients {
            // What it has told the server before is confirmed when this is.
            try await client.ping(options: CallOptions(timeout: .seconds(50)))
            #expect(await client.leftovers == [])
            await client.close()
            #expect(await client.leftovers == [])
        }
        for node in cluster.nodes {
            try await node.waitForConnectionCount(0)
            #expect(await node.leftovers == [])
        }
    }

    private static func reportHerd(
        _ plan: ChaosPlan, _ journal: Journal, _ count: Int, _ herd: Herd.State,
        _ followers: [RestartedFollower.State], _ deeds: [String: Int]
    ) {
        let acknowledged = journal.acknowledged.map(\.ids.count).reduce(0, +)
        #expect(acknowledged > (plan.length >= .seconds(60) ? 50_000 : 100), "hardly anything was written")
        #expect(herd.peak <= Herd.bufferSize)
        let options = RestartedFollower.options
        let peak = followers.map(\.peak).max() ?? 0
        #expect(peak <= options.maximumBufferedEvents + 2 * (options.pageSize ?? 500))
        let again = herd.handled.values.map { $0 - 1 }.reduce(0, +)
        let runs = followers.reduce(into: [RestartedFollower.End: Int]()) { $0.merge($1.runs, uniquingKeysWith: +) }
        print(
            """
            \(acknowledged) events acknowledged, \(count - acknowledged) more there; the longest write took \(journal.longest)
            consumers handled \(herd.handled.count) events, \(again) times one again; \(herd.refusals) refusals; \
            at most \(herd.peak) of \(Herd.bufferSize) in flight
            followers' runs: \(runs.map { "\($0.value) \($0.key)" }.sorted().joined(separator: ", ")); \
            \(followers.map(\.repeated).reduce(0, +)) events again after crashes; at most \(peak) buffered
            \(deeds.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", "))
            """)
    }
}
