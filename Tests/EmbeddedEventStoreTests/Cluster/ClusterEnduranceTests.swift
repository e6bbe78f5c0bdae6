import Foundation
import PhotonPumpWire
import ScriptedPeers
import Synchronization
import Testing

@testable import EmbeddedEventStore

/// Many losses, one after the other.
@Suite(.timeLimit(.minutes(2))) struct ClusterEnduranceTests {
    private struct Outcome {
        var acknowledged: [GUID] = []
        /// Whose answers were lost: they may be there or not.
        var lost: Set<GUID> = []
    }

    private final class Course: Sendable {
        let isOver = Atomic(false)
        /// Something for each event acknowledged.
        let (acknowledgements, acknowledged) = AsyncStream.makeStream(of: Void.self)
    }

    /// Writes one event after the other to whichever node lets it, until it is told to stop.
    private static func write(
        as writer: UInt64,
        to cluster: EmbeddedCluster,
        of course: Course
    ) async throws -> Outcome {
        var outcome = Outcome()
        var number: UInt64 = 0
        while !course.isOver.load(ordering: .relaxed) {
            let node = cluster.nodes[Int(number % UInt64(cluster.nodes.count))]
            guard let client = try? await ScriptedPeer.connect(to: node) else {
                number += 1
                continue
            }
            while true {
                number += 1
                let id = GUID(writer, number)
                let event = ProposedEvent(id: id, json: "{}")
                let write = WriteEvents(stream: "s", expectedVersion: -2, events: [event], requireMaster: false)
                guard !course.isOver.load(ordering: .relaxed) else { break }
                let answer = try? await client.ask(Package(.writeEvents, id, payload: write.encoded()))
                guard let answer, answer.command == .writeEventsCompleted else {
                    if answer == nil { outcome.lost.insert(id) }
                    break
                }
                #expect(try WriteEventsCompleted(decoding: answer.payload).result == .success)
                outcome.acknowledged.append(id)
                course.acknowledged.yield()
            }
            await client.close()
        }
        return outcome
    }

    @Test("what was acknowledged is kept, once and in its writer's order, however many nodes are killed")
    func nothingIsLost() async throws {
        try await withEmbeddedCluster(.patient, logger: .silent) { cluster in
            let course = Course()
            let writers = try await withThrowingTaskGroup(of: Outcome.self) { group in
                for writer in 1...3 {
                    group.addTask { try await Self.write(as: UInt64(writer), to: cluster, of: course) }
                }
                for _ in 0..<60 {
                    for await _ in course.acknowledgements.prefix(10) {}
                    let master = try await cluster.waitForMaster()
                    try await cluster.kill(master)
                    try await cluster.restart(master)
                }
                course.isOver.store(true, ordering: .relaxed)
                return try await group.reduce(into: [Outcome]()) { $0.append($1) }
            }

            let written = await cluster.ids
            #expect(Set(written).count == written.count)
            var expected: Set<GUID> = []
            for writer in writers {
                let own = Set(writer.acknowledged)
                expected.formUnion(own)
                #expect(written.filter(own.contains) == writer.acknowledged)
            }
            #expect(expected.count > 500)
            let others = Set(written).subtracting(expected)
            #expect(others.isSubset(of: writers.reduce(into: []) { $0.formUnion($1.lost) }))
        }
    }

    // In a process of its own: other tests have descriptors, too.
    @Test(
        "a thousand kills leave no connection and no descriptor, and change no port",
        .enabled(if: Footprint.isKnown, "needs /proc"))
    func thousandKills() async {
        await #expect(processExitsWith: .success) { try await Self.kill(1000) }
    }

    private static func kill(_ count: Int) async throws {
        try await withEmbeddedCluster(.patient, logger: .silent) { cluster in
            let ports = await Self.ports(cluster)
            let before = try Footprint().descriptors
            for number in 0..<count {
                let node = number % 3
                let client = try await ScriptedPeer.connect(to: cluster.nodes[node])
                #expect(try await client.ask(.reading(requireMaster: false)) != nil)
                try await cluster.kill(node)
                #expect(try await client.next() == nil)
                try await cluster.restart(node)
            }
            #expect(await Self.ports(cluster) == ports)
            #expect(await cluster.connectionCount == 0)
            // Closing goes on in the background.
            #expect(try Footprint().descriptors < before + 50)
        }
    }

    private static func ports(_ cluster: EmbeddedCluster) async -> [Int?] {
        var ports: [Int?] = []
        for node in cluster.nodes { ports += [node.port, node.httpPort] }
        return ports
    }
}

extension EmbeddedCluster {
    /// The ids of all events, in the order of the log.
    fileprivate var ids: [GUID] {
        get async { await self.core.ids }
    }
}

extension ClusterCore {
    fileprivate var ids: [GUID] { self.store.log.entries.map(\.record.id) }
}
