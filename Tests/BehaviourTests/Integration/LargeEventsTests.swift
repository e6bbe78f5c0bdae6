import EmbeddedEventStore
import PhotonPump
import PhotonPumpWire
import Testing

@Suite("Large events", .timeLimit(.minutes(2)))
struct LargeEventsTests {
    private static let bytes = 600_000
    private static let count = 60

    /// Runs `body` with a stream whose events, in a page of the usual size, are more than a client takes at once; and
    /// with how many connections were lost.
    ///
    /// - Parameter readings: how many readings there are. A real server ends the connection when more than 10 MiB of a page
    ///   wait to be sent and something else is to be, at most once for each reading.
    private static func withLargeEvents(
        smallFirst: Int = 0, readings: Int, _ body: (Client, String) async throws -> Void
    ) async throws {
        try await TestServer.withConfiguration { configuration in
            var configuration = configuration
            configuration.maximumFrameSize = 20 << 20
            try await withClient(configuration, logger: .silent) { client in
                let stream = TestServer.newStream("large")
                if smallFirst > 0 { try await client.publish(Pony.events(smallFirst), to: stream) }
                let data = Payload([UInt8](repeating: 7, count: Self.bytes))
                for _ in 0..<Self.count / 10 {
                    let events = (0..<10).map { _ in NewEvent(type: "Large", data: data, isJSON: false) }
                    try await client.publish(events, to: stream)
                }
                let changes = await client.changes
                let losses = Task { await changes.reduce(0) { if case .disconnected = $1 { $0 + 1 } else { $0 } } }
                try await body(client, stream)
                await client.close()
                #expect(await losses.value <= (TestServer.isEmbedded ? 0 : readings))
            }
        }
    }

    @Test(
        "S67: large events are read in pages that fit, by every kind of reading, and no connection is lost",
        arguments: [0, 1000],
        [Direction.forward, .backward])
    func reading(smallFirst: Int, direction: Direction) async throws {
        try await Self.withLargeEvents(smallFirst: smallFirst, readings: 5) { client, stream in
            let count = Self.count + smallFirst
            let numbers = direction == .forward ? Array(0..<Int64(count)) : (0..<Int64(count)).reversed()
            let iterated = client.iter(stream, direction: direction)
            #expect(try await iterated.reduce(into: []) { $0.append($1.number) } == numbers)
            let slice = try await client.get(stream, direction: direction, maxCount: count)
            #expect(slice.events.map(\.number) == numbers)

            // Back over all of them, or from the first one on.
            let position =
                direction == .forward
                ? try await client.getAll(
                    direction: .backward, maxCount: count + 50
                ).next : nil
            let all = try await client.getAll(direction: direction, from: position, maxCount: count + 50)
            #expect(all.events.filter { $0.stream == stream }.map(\.number) == numbers)
            let filtered = client.iterAll(
                direction: direction, from: position, matching: .streams(prefixedBy: stream))
            #expect(try await filtered.reduce(into: []) { $0.append($1.number) } == numbers)
        }
    }

    @Test("S67: large events are followed in pages that fit, and no connection is lost", arguments: [0, 1000])
    func following(smallFirst: Int) async throws {
        try await Self.withLargeEvents(smallFirst: smallFirst, readings: 1) { client, stream in
            let count = Int64(Self.count + smallFirst)
            let subscription = try await client.subscribe(to: stream, from: .start)
            var next: Int64 = 0
            for try await event in subscription.events {
                #expect(event.number == next)
                next += 1
                if next == count { break }
            }
        }
    }
}
