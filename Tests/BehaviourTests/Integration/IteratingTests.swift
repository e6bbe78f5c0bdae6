import PhotonPump
import Testing

@Suite("Iterating", .timeLimit(.minutes(1)))
struct IteratingTests {
    @Test(
        "iterating goes through every event once and in order, whatever the size of a page",
        arguments: [Direction.forward, .backward], [1, 7, 250, 500, 501, 4096]
    )
    func everyEvent(direction: Direction, pageSize: Int) async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            try await client.publish(try Pony.events(500), to: stream)
            let numbers = try await client.iter(stream, direction: direction, pageSize: pageSize)
                .reduce(into: []) { $0.append($1.number) }
            #expect(numbers == (direction == .forward ? Array(0..<500) : (0..<500).reversed()))
        }
    }

    @Test(
        "iterating begins where it is told to",
        arguments: [
            (Direction.forward, StreamPosition.number(95), [Int64(95), 96, 97, 98, 99]), (.forward, .end, []),
            (.forward, 100, []), (.forward, 5000, []), (.backward, 3, [3, 2, 1, 0]), (.backward, .start, [0]),
            (.backward, .number(102), Array((Int64(0)..<100).reversed())),
            (.backward, .number(5000), Array((Int64(0)..<100).reversed())),
        ]
    )
    func start(direction: Direction, position: StreamPosition, expected: [Int64]) async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            try await client.publish(try Pony.events(100), to: stream)
            let numbers = try await client.iter(stream, direction: direction, from: position, pageSize: 10)
                .reduce(into: []) { $0.append($1.number) }
            #expect(numbers == expected)
        }
    }

    @Test("iterating includes what is written before the end is reached")
    func growing() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            try await client.publish(try Pony.events(10), to: stream)
            var seen = 0
            for try await event in client.iter(stream, pageSize: 4) {
                if event.number == 0 { try await client.publish(try Pony.events(10), to: stream) }
                seen += 1
            }
            #expect(seen == 20)
        }
    }

    @Test("S18: iterating can be left at any time, and the client goes on")
    func left() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            try await client.publish(try Pony.events(100), to: stream)
            for leaveAt in 0..<30 {
                for try await event in client.iter(stream, pageSize: 5) where event.number == leaveAt { break }
            }
            _ = client.iter(stream)
            try await client.ping()
        }
    }

    @Test("iterating over several streams at once, and over one several times, keeps them apart")
    func several() async throws {
        try await TestServer.withClient { client in
            let streams = (0..<4).map { TestServer.newStream("several\($0)") }
            for (place, stream) in streams.enumerated() {
                try await client.publish(try Pony.events(50 + place), to: stream)
            }
            try await withThrowingTaskGroup(of: (Int, [Int64]).self) { group in
                for (place, stream) in (streams + streams).enumerated() {
                    let events = client.iter(stream, pageSize: 9)
                    group.addTask { (place % 4, try await events.reduce(into: []) { $0.append($1.number) }) }
                }
                for try await (place, numbers) in group { #expect(numbers == Array(0..<Int64(50 + place))) }
            }
        }
    }

    @Test("iterating ends with the task's cancellation")
    func cancelled() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            try await client.publish(try Pony.events(100), to: stream)
            let (started, start) = AsyncStream.makeStream(of: Void.self)
            let reading = Task {
                while true {
                    for try await _ in client.iter(stream, pageSize: 1) { start.yield() }
                }
            }
            for await _ in started { break }
            reading.cancel()
            await #expect(throws: CancellationError.self) { try await reading.value }
            try await client.ping()
        }
    }
}
