import EmbeddedEventStore
import PhotonPump
import Testing

@Suite("Following, through losses", .timeLimit(.minutes(2)), .enabled(if: TestServer.isEmbedded, "cuts connections"))
struct SubscriptionLossTests {
    private static func run(_ body: (EmbeddedServer, Client) async throws -> Void) async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            var configuration = try TestServer.configuration(await server.connectionString)
            configuration.reconnection.firstDelay = .milliseconds(1)
            configuration.reconnection.maximumDelay = .milliseconds(5)
            try await withClient(configuration, logger: .silent) { try await body(server, $0) }
        }
    }

    @Test("S24: ends up live however fast the losses follow each other, and can still be stopped")
    func quickLosses() async throws {
        try await Self.run { server, client in
            let subscription = try await client.subscribe(to: "ponies", from: .start)
            let changes = subscription.changes
            for _ in 0..<20 { await server.dropConnections(abruptly: true) }
            try await client.publish(Pony.events(3), to: "ponies")
            var events = subscription.events.makeAsyncIterator()
            for number in 0..<3 as Range<Int64> { #expect(try await events.next()?.number == number) }
            if subscription.status.phase != .live { for await case .live in changes { break } }
            try await client.publish(Pony.events(1), to: "ponies")
            #expect(try await events.next()?.number == 3)
            subscription.stop()
            #expect(try await events.next() == nil)
        }
    }

    @Test("S28: reading $all goes on behind the position at which the connection was lost")
    func readingAll() async throws {
        try await Self.run { server, client in
            try await client.publish(Pony.events(100), to: "ponies")
            var numbers: [Int64] = []
            for try await event in client.iterAll(pageSize: 7) where event.stream == "ponies" {
                numbers.append(event.number)
                if numbers.count % 20 == 0 { await server.dropConnections() }
            }
            #expect(numbers == Array(0..<100))
        }
    }

    @Test("S19: goes on while the same client writes batches of 20,000 events")
    func bulkWriter() async throws {
        try await Self.run { _, client in
            let subscription = try await client.subscribe(to: "ponies", from: .start)
            async let writing: Void = {
                for _ in 0..<3 {
                    let events = (0..<20_000).map { _ in NewEvent(type: "t", data: [1], isJSON: false) }
                    try await client.publish(events, to: "bulk")
                }
            }()
            var events = subscription.events.makeAsyncIterator()
            for number in 0..<20 as Range<Int64> {
                try await client.publish(Pony.events(1), to: "ponies")
                #expect(try await events.next()?.number == number)
            }
            try await writing
        }
    }

    @Test("S62: comes from the new master's events when the last node that lived was none")
    func newMaster() async throws {
        try await withEmbeddedCluster(logger: .silent) { cluster in
            let configuration = try TestServer.configuration(await cluster.connectionString)
            try await withClient(configuration, logger: .silent) { client in
                try await client.publish(Pony.events(2), to: "ponies")
                let subscription = try await client.subscribe(to: "ponies", from: .start)
                var events = subscription.events.makeAsyncIterator()
                for number in 0..<2 as Range<Int64> { #expect(try await events.next()?.number == number) }
                try await cluster.kill(0)
                try await client.publish(Pony.events(2), to: "ponies")
                for number in 2..<4 as Range<Int64> { #expect(try await events.next()?.number == number) }
            }
        }
    }
}
