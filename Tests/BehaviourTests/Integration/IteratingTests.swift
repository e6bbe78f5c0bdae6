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

    @Test(
        "iterating returns no more than is wanted, in elements and in slices",
        arguments: [Direction.forward, .backward], [(0, 0), (1, 1), (7, 7), (10, 10), (100, 20)])
    func limited(direction: Direction, limit: (asked: Int, got: Int)) async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            try await client.publish(try Pony.events(20), to: stream)
            let events = client.iter(stream, direction: direction, limit: limit.asked, pageSize: 4)
            let numbers = try await events.reduce(into: []) { $0.append($1.number) }
            #expect(numbers == Array((direction == .forward ? Array(0..<20) : (0..<20).reversed()).prefix(limit.got)))
            let slices = try await events.slices.reduce(into: []) { $0.append($1) }
            #expect(slices.flatMap(\.events).map(\.number) == numbers)
            #expect(slices.allSatisfy { $0.events.count <= 4 && $0.lastEventNumber == 19 && $0.direction == direction })
        }
    }

    @Test("iterating refuses a limit below 0")
    func negativeLimit() async throws {
        try await TestServer.withClient { client in
            let error = try await failure { for try await _ in client.iter("s", limit: -1) {} }
            #expect((error.code, error.message) == (.invalidArgument, "the limit -1 of 's' is below 0"))
        }
    }

    @Test("iterating over a stream that is missing can be iterating over nothing")
    func missing() async throws {
        try await TestServer.withClient { client in
            let (missing, deleted) = (TestServer.newStream("missing"), TestServer.newStream())
            try await client.publish(try Pony.events(2), to: deleted)
            try await client.deleteStream(deleted)
            for stream in [missing, deleted] {
                for direction in [Direction.forward, .backward] {
                    let events = client.iter(stream, direction: direction, missingIsEmpty: true)
                    #expect(try await events.reduce(0) { count, _ in count + 1 } == 0)
                    #expect(try await events.slices.reduce(0) { count, _ in count + 1 } == 0)
                }
            }
            try await client.tombstoneStream(deleted)
            let error = try await failure { for try await _ in client.iter(deleted, missingIsEmpty: true) {} }
            #expect(error.code == .streamDeleted)
        }
    }

    @Test("iterating and reading follow the client's settings where calls do not say")
    func defaults() async throws {
        try await TestServer.withConfiguration { configuration in
            var configuration = configuration
            (configuration.pageSize, configuration.resolveLinks) = (2, true)
            try await withClient(configuration, logger: .silent) { client in
                let (target, links) = (TestServer.newStream(), TestServer.newStream("links"))
                try await client.publish(try Pony.events(3), to: target)
                try await client.publish((0..<3).map { NewEvent.link(to: $0, in: target) }, to: links)
                #expect(try await client.get(links).events.map(\.stream) == [target, target])
                #expect(try await client.getLastEvent(in: links).stream == target)
                #expect(
                    try await client.get(links, maxCount: 3, resolveLinks: false).events.map(\.type) == [
                        "$>", "$>", "$>",
                    ])
                #expect(try await client.iter(links).slices.reduce(into: []) { $0.append($1.events.count) } == [2, 1])
                for try await event in try await client.subscribe(to: links, from: .start).events {
                    #expect(event.stream == target)
                    break
                }
            }
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
