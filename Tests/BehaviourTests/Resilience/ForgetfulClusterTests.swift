import EmbeddedEventStore
import Foundation
import PhotonPump
import Testing

@Suite(
    "Writing to nodes that forget what they wrote", .timeLimit(.minutes(1)),
    .enabled(if: TestCluster.isEmbedded, "kills the nodes"))
struct ForgetfulClusterTests {
    private static func run(_ body: (EmbeddedCluster, Client) async throws -> Void) async throws {
        try await withEmbeddedCluster(logger: .silent) { cluster in
            var configuration = try TestServer.configuration(cluster.connectionString)
            configuration.discovery.gossipTimeout = .seconds(30)
            configuration.discovery.interval = .milliseconds(5)
            configuration.reconnection.firstDelay = .milliseconds(1)
            configuration.reconnection.maximumDelay = .milliseconds(10)
            configuration.heartbeat.interval = .milliseconds(100)
            configuration.heartbeat.timeout = .seconds(1)
            try await withClient(configuration, logger: .silent) { try await body(cluster, $0) }
        }
    }

    /// Begins a call, kills the master as soon as it has performed requests of this kind, whose replies are lost, and
    /// restarts it.
    private static func killMaster<R: Sendable>(
        of cluster: EmbeddedCluster, after request: EmbeddedServer.Fault.Request, losing count: Int = 1,
        _ call: @escaping @Sendable () async throws -> R
    ) async throws -> R {
        let master = try await cluster.waitForMaster()
        let loss = try await cluster.nodes[master].faults.add(.loseReply(to: request))
        let result = Task { try await call() }
        try await loss.waitForEffect(count: count)
        try await cluster.kill(master)
        try await loss.lift()
        try await cluster.restart(master)
        return try await result.value
    }

    @Test(
        "S76: writing to nodes that forget makes each write once, and a new master is none the wiser",
        arguments: [.any, .streamExists] as [ExpectedVersion])
    func once(_ expected: ExpectedVersion) async throws {
        try await Self.run { cluster, client in
            try await client.publish(try Pony.events(1), to: "ponies")
            for round in 0..<3 {
                let events = try Pony.events(3)
                let result = try await Self.killMaster(of: cluster, after: .writeEvents) {
                    try await client.publish(events, to: "ponies", expecting: expected)
                }
                #expect(result.wasAlreadyWritten)
                #expect(result.lastEventNumber == Int64(3 * round + 3))
                let last = try await client.get("ponies", from: .number(result.firstEventNumber)).events
                #expect(last.map(\.id) == events.map(\.id))
            }
        }
    }

    @Test("S76: writing to nodes that forget makes many writes that are on their way at once each once")
    func many() async throws {
        try await Self.run { cluster, client in
            let events = try Pony.events(100)
            try await Self.killMaster(of: cluster, after: .writeEvents, losing: 50) {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for event in events { group.addTask { try await client.publishEvent(event, to: "ponies") } }
                    try await group.waitForAll()
                }
            }
            let ids = try await client.get("ponies", maxCount: 500).events.map(\.id)
            #expect(ids.count == events.count)
            #expect(Set(ids) == Set(events.map(\.id)))
        }
    }

    @Test("S76: writing to nodes that forget makes the writes of a sequence once and in order, whenever masters die")
    func sequence() async throws {
        try await Self.run { cluster, client in
            let events = try Pony.events(600)
            let (stream, feed) = AsyncStream.makeStream(of: NewEvent.self)
            async let publishing = client.publish(stream, to: "ponies", batchSize: 10)
            for part in 0..<6 {
                try await Self.killMaster(of: cluster, after: .writeEvents) {
                    for event in events[part * 100..<part * 100 + 100] { feed.yield(event) }
                }
            }
            feed.finish()
            let summary = try await publishing
            let ids = try await client.get("ponies", maxCount: 1000).events.map(\.id)
            #expect(summary.eventCount == ids.count)
            #expect(ids == events.map(\.id))
        }
    }

    @Test("S76: writing to nodes that forget sets metadata once")
    func metadata() async throws {
        try await Self.run { cluster, client in
            for round in 1...2 {
                let result = try await Self.killMaster(of: cluster, after: .writeEvents) {
                    try await client.setMetadata(StreamMetadata(maxCount: Int64(round)), of: "ponies")
                }
                #expect(result.lastEventNumber == Int64(round) - 1)
            }
            #expect(try await client.getMetadata(of: "ponies").version == .version(1))
        }
    }

    @Test(
        "S76: writing to nodes that forget makes a write once that a master has not read when it is the master again",
        arguments: [.any, .streamExists] as [ExpectedVersion])
    func unread(_ expected: ExpectedVersion) async throws {
        try await Self.run { cluster, client in
            try await client.publish(try Pony.events(1), to: "ponies")
            let stall = try await cluster.nodes[0].faults.add(.stallReads)
            async let result = client.publish(try Pony.events(2), to: "ponies", expecting: expected)
            try await stall.waitForEffect()
            try await cluster.isolate(0)
            #expect(try await result.lastEventNumber == 2)
            try await cluster.reconnect(0)
            try await cluster.moveMaster(to: 0)
            try await stall.lift()
            // By then it has read what had come before.
            try await withClient(cluster.nodes[0].connectionString, logger: .silent) { _ = try await $0.ping() }
            #expect(try await client.lastEventNumber(of: "ponies") == 2)
        }
    }

    @Test("S77: writing to nodes that forget commits a transaction once")
    func transaction() async throws {
        try await Self.run { cluster, client in
            try await client.publish(try Pony.events(1), to: "ponies")
            let result = try await Self.killMaster(of: cluster, after: .transactionCommit) {
                try await client.withTransaction(on: "ponies") { transaction in
                    try await transaction.write(try Pony.events(2))
                }
            }
            #expect((result.firstEventNumber, result.lastEventNumber) == (1, 2))
            #expect(try await client.lastEventNumber(of: "ponies") == 2)
        }
    }

    @Test(
        "S75: writing to nodes that forget makes a write once whose master gave up waiting for it, and was deposed then"
    )
    func timeout() async throws {
        try await Self.run { cluster, client in
            try await client.publish(try Pony.events(1), to: "ponies")
            let timeout = try await cluster.nodes[0].faults.add(
                .timeOutWrites(in: .commit, afterWriting: true, times: 1))
            async let result = client.publish(try Pony.events(2), to: "ponies")
            try await timeout.waitForEffect()
            try await cluster.moveMaster(to: 1)
            #expect(try await result.lastEventNumber == 2)
            #expect(try await client.lastEventNumber(of: "ponies") == 2)
        }
    }
}
