import EmbeddedEventStore
import PhotonPump
import Testing

@Suite("Reading", .timeLimit(.minutes(1)))
struct ReadingTests {
    @Test("reading what is not there fails with a code of its own, naming stream and number")
    func missing() async throws {
        try await TestServer.withClient { client in
            let (stream, missing) = (TestServer.newStream(), TestServer.newStream("missing"))
            try await client.publish(try Pony.events(2), to: stream)

            let noEvent = try await failure { try await client.getEvent(2, in: stream) }
            #expect(noEvent.code == .eventNotFound)
            #expect((noEvent.stream, noEvent.eventNumber) == (stream, 2))
            for attempt in [
                { _ = try await client.getEvent(0, in: missing) }, { _ = try await client.getLastEvent(in: missing) },
                { _ = try await client.get(missing) }, { _ = try await client.get(missing, direction: .backward) },
                { for try await _ in client.iter(missing) {} },
            ] as [() async throws -> Void] {
                let error = try await failure(attempt)
                #expect(error.code == .streamNotFound)
                #expect(error.stream == missing)
                #expect(error.operation.map(error.message.hasPrefix) == true)
                #expect(error.endpoint != nil)
            }
        }
    }

    @Test("reading what may be missing returns nothing in its place")
    func optional() async throws {
        try await TestServer.withClient { client in
            let (stream, missing) = (TestServer.newStream(), TestServer.newStream("missing"))
            try await client.publish(try Pony.events(2), to: stream)
            #expect(try await client.findLastEvent(in: stream)?.number == 1)
            #expect(try await client.findLastEvent(in: missing) == nil)
            #expect(try await client.find(stream, direction: .backward)?.events.map(\.number) == [1, 0])
            #expect(try await client.find(missing) == nil)
        }
    }

    @Test(
        "reading a deleted stream fails as deleted for good, or as missing",
        .enabled(if: TestServer.isEmbedded, "deletes by hook"))
    func deleted() async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            try await withClient(TestServer.configuration(server.connectionString), logger: .silent) { client in
                for (name, isHard, code) in [
                    ("hard", true, PhotonPumpError.Code.streamDeleted), ("soft", false, .streamNotFound),
                ] {
                    try await client.publish(try Pony.events(3), to: name)
                    try await server.deleteStream(name, hard: isHard)
                    #expect(try await failure { try await client.getEvent(0, in: name) }.code == code)
                    #expect(try await failure { try await client.get(name) }.code == code)
                    #expect(try await failure { for try await _ in client.iter(name) {} }.code == code)
                }
                #expect(
                    try await failure { try await client.publish(try Pony.events(1), to: "hard") }.code
                        == .streamDeleted)
                #expect(try await client.publish(try Pony.events(1), to: "soft").lastEventNumber == 3)
            }
        }
    }

    @Test("reading is refused where the user may not read")
    func accessDenied() async throws {
        try await TestServer.withConfiguration { configuration in
            var anonymous = configuration
            anonymous.credentials = nil
            try await withClient(anonymous, logger: .silent) { client in
                for attempt in [
                    { _ = try await client.getEvent(0, in: "$settings") }, { _ = try await client.get("$settings") },
                    { for try await _ in client.iter("$settings") {} },
                ] as [() async throws -> Void] {
                    let error = try await failure(attempt)
                    #expect(error.code == .accessDenied)
                    #expect(error.stream == "$settings")
                }
            }
        }
    }

    @Test("S9: reading is refused to a wrong password")
    func notAuthenticated() async throws {
        try await TestServer.withConfiguration { configuration in
            var wrong = configuration
            wrong.credentials = Credentials(username: "admin", password: "not-the-password")
            let error = try await failure { try await withClient(wrong, logger: .silent) { try await $0.ping() } }
            #expect(error.code == .notAuthenticated)
            #expect(!"\(error)".contains("not-the-password"))
        }
    }

    @Test(
        "reading slices forwards says where to go on and where the end is",
        arguments: [
            (StreamPosition?.none, 4, Int64(0)..<4, Int64(4), false), (0, 10, 0..<10, 10, true),
            (4, 3, 4..<7, 7, false),
            (7, 3, 7..<10, 10, true), (9, 5, 9..<10, 10, true), (10, 5, 10..<10, 10, true), (500, 5, 10..<10, 10, true),
            (.end, 5, 10..<10, 10, true),
        ]
    )
    func forward(
        position: StreamPosition?, count: Int, numbers: Range<Int64>, next: Int64, isEnd: Bool
    ) async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            try await client.publish(try Pony.events(10), to: stream)
            let slice = try await client.get(stream, from: position, maxCount: count)
            #expect(slice.events.map(\.number) == Array(numbers))
            #expect(slice.next == .number(next))
            #expect(slice.isEndOfStream == isEnd)
            #expect(slice.lastEventNumber == 9)
        }
    }

    @Test(
        "reading slices backwards says where to go on and where the end is",
        arguments: [
            (StreamPosition?.none, 4, [Int64(9), 8, 7, 6], Int64?(5), false),
            (.end, 10, [9, 8, 7, 6, 5, 4, 3, 2, 1, 0], nil, true),
            (3, 2, [3, 2], 1, false), (3, 4, [3, 2, 1, 0], nil, true), (.start, 5, [0], nil, true),
            (12, 2, [], 9, false), (10, 2, [9, 8], 7, false),
        ]
    )
    func backward(
        position: StreamPosition?, count: Int, numbers: [Int64], next: Int64?, isEnd: Bool
    ) async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            try await client.publish(try Pony.events(10), to: stream)
            let slice = try await client.get(stream, direction: .backward, from: position, maxCount: count)
            #expect(slice.events.map(\.number) == numbers)
            #expect(slice.next == next.map { .number($0) })
            #expect(slice.isEndOfStream == isEnd)
        }
    }

    @Test("reading refuses what can never work before sending it")
    func invalid() async throws {
        try await TestServer.withClient { client in
            for attempt in [
                { _ = try await client.getEvent(-1, in: "s") }, { _ = try await client.getEvent(0, in: "") },
                { _ = try await client.get("s", maxCount: 0) }, { _ = try await client.get("s", maxCount: -1) },
                { _ = try await client.get("s", from: -1) }, { for try await _ in client.iter("") {} },
                { for try await _ in client.iter("s", pageSize: 0) {} },
                { try await client.publish([], to: "") },
            ] as [() async throws -> Void] {
                let error = try await failure(attempt)
                #expect(error.code == .invalidArgument)
            }
        }
    }

    @Test("S32: reading follows links when asked to, and hands over dead ones")
    func links() async throws {
        try await TestServer.withClient { client in
            let (target, links) = (TestServer.newStream(), TestServer.newStream("links"))
            try await client.publish(try Pony.events(2), to: target)
            let missing = TestServer.newStream("missing")
            try await client.publish(
                ["1@\(target)", "0@\(missing)", "garbage"].map {
                    NewEvent(type: "$>", data: Payload($0), isJSON: false)
                },
                to: links
            )
            let plain = try await client.get(links).events
            #expect(plain.map(\.type) == ["$>", "$>", "$>"])
            #expect(plain.allSatisfy { $0.link == nil })

            let resolved = try await client.iter(links, resolveLinks: true).reduce(into: []) { $0.append($1) }
            #expect(resolved.map(\.received.number) == [0, 1, 2])
            #expect(resolved[0].stream == target)
            #expect(resolved[0].number == 1)
            #expect(resolved[0].link?.stream == links)
            #expect(try resolved[0].decode(Pony.self).name == "1")
            #expect(resolved[1].event == nil)
            #expect(resolved[1].link?.number == 1)
            #expect(throws: PhotonPumpError.self) { try resolved[1].decode(Pony.self) }
        }
    }

    @Test("reading tells what an event is not, with the decoder's reason")
    func undecodable() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            try await client.publishEvent(to: stream, type: "Odd", body: ["a": 1])
            let event = try await client.getEvent(0, in: stream)
            let error = try #require(throws: PhotonPumpError.self) { try event.decode(Pony.self) }
            #expect(error.code == .undecodableEvent)
            #expect((error.stream, error.eventNumber) == (stream, 0))
            #expect(error.underlying is DecodingError)
        }
    }

    @Test(
        "S58: reading asks several times for more than servers return at once",
        arguments: [Direction.forward, .backward])
    func largeSlices(direction: Direction) async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            for _ in 0..<5 { try await client.publish(try Pony.events(2000), to: stream) }
            let numbers = direction == .forward ? Array(0..<Int64(10_000)) : (0..<10_000).reversed()

            let part = try await client.get(stream, direction: direction, maxCount: 9000)
            #expect(part.events.map(\.number) == Array(numbers.prefix(9000)))
            #expect(part.next == .number(numbers[9000]))
            #expect(!part.isEndOfStream)
            let whole = try await client.get(stream, direction: direction, maxCount: .max)
            #expect(whole.events.map(\.number) == numbers)
            #expect(whole.isEndOfStream)

            let iterated = client.iter(stream, direction: direction, pageSize: 50_000)
            #expect(try await iterated.reduce(into: []) { $0.append($1.number) } == numbers)
            let all = try await client.getAll(direction: .backward, maxCount: 9000)
            #expect(all.events.count == 9000)
            // Others may write meanwhile, such as a server its statistics.
            let last = try #require(all.events.last { $0.stream == stream }).number
            let more = try await client.getAll(direction: .backward, from: all.next, maxCount: 100)
            #expect(more.events.first { $0.stream == stream }?.number == last - 1)
        }
    }
}
