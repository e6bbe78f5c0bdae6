import EmbeddedEventStore
import PhotonPump
import Testing

/// Who does the filtering.
private enum Way: String, CaseIterable, CustomTestStringConvertible {
    case byServer = "by a server that knows filters"
    case byClient = "by the client, because the server knows none"

    var testDescription: String { self.rawValue }

    /// A real server has its own way.
    static var possible: [Way] { TestServer.isEmbedded ? Self.allCases : [.byServer] }

    func withClient<R>(_ body: (Client) async throws -> R) async throws -> R {
        guard self == .byClient else { return try await TestServer.withClient(body) }
        var configuration = EmbeddedServer.Configuration()
        configuration.offersFilteredReads = false
        return try await withEmbeddedServer(configuration, logger: .silent) { server in
            try await PhotonPump.withClient(
                TestServer.configuration(server.connectionString), logger: .silent, body)
        }
    }
}

@Suite("Reading $all through a filter", .timeLimit(.minutes(1)))
struct FilteredReadingTests {
    /// Writes ten events, of the types odd and even in turn, to two streams; returns where the first is.
    private static func write(_ client: Client, prefix: String) async throws -> Position {
        var first: Position?
        for number in 0..<10 {
            let event = NewEvent(
                type: "\(prefix)-\(number % 2 == 0 ? "even" : "odd")", data: Payload("\(number)"), isJSON: true)
            let written = try await client.publishEvent(event, to: "\(prefix)-\(number / 5)")
            first = first ?? written.position
        }
        return try #require(first)
    }

    private static func numbers(_ events: some Sequence<ResolvedEvent>) -> [String] { events.map(\.data.text) }

    @Test(
        "reading $all through a filter goes through the events that fit, both ways, in pages of any size",
        arguments: Way.possible, [1, 3, 500])
    private func iterating(way: Way, pageSize: Int) async throws {
        try await way.withClient { client in
            let prefix = TestServer.newStream("filtered")
            let start = try await Self.write(client, prefix: prefix)
            for (filter, expected) in [
                (EventFilter.types(prefixedBy: "\(prefix)-e"), ["0", "2", "4", "6", "8"]),
                (.types(matching: "^\(prefix)-odd$"), ["1", "3", "5", "7", "9"]),
                (.streams(prefixedBy: "\(prefix)-1"), ["5", "6", "7", "8", "9"]),
                (.streams(matching: "\(prefix)-[01]"), (0..<10).map(String.init)),
                (.types(prefixedBy: "\(prefix)-none"), []),
                (
                    .types(prefixedBy: ["\(prefix)-e", "\(prefix)-o"]).and(.not(.types(matching: "even$"))),
                    ["1", "3", "5", "7", "9"]
                ),
                (.streams(prefixedBy: "\(prefix)-1").and(.types(prefixedBy: "\(prefix)-e")), ["6", "8"]),
                (
                    .streams(prefixedBy: "\(prefix)-1").or(.types(prefixedBy: "\(prefix)-e")),
                    ["0", "2", "4", "5", "6", "7", "8", "9"]
                ),
            ] {
                let forward = client.iterAll(from: start, pageSize: pageSize, matching: filter)
                #expect(Self.numbers(try await forward.reduce(into: []) { $0.append($1) }) == expected)
                let backward = client.iterAll(direction: .backward, pageSize: pageSize, matching: filter)
                #expect(Self.numbers(try await backward.reduce(into: []) { $0.append($1) }) == expected.reversed())
            }
        }
    }

    @Test(
        "reading $all through a filter in slices has as many as were asked for, and goes on behind the last of them",
        arguments: Way.possible)
    private func slices(way: Way) async throws {
        try await way.withClient { client in
            let prefix = TestServer.newStream("filtered")
            var position = try await Self.write(client, prefix: prefix)
            let filter = EventFilter.types(prefixedBy: "\(prefix)-odd")
            for expected in [["1", "3"], ["5", "7"], ["9"]] {
                let slice = try await client.getAll(from: position, maxCount: 2, matching: filter)
                #expect(Self.numbers(slice.events) == expected)
                #expect(slice.from == position)
                // What an unfiltered read that ends with the same event says.
                let last = try #require(slice.events.last?.position)
                if slice.events.count == 2 {
                    let single = try await client.getAll(from: last, maxCount: 1)
                    #expect(slice.next == single.next)
                }
                position = slice.next
            }
            var end = try await client.getAll(from: position, maxCount: 2, matching: filter)
            while !end.isEnd { end = try await client.getAll(from: end.next, maxCount: 2, matching: filter) }
            #expect(end.events.isEmpty)
        }
    }

    @Test(
        "reading $all through a filter, with a limit and in slices, returns that many, and goes on behind the last of them",
        arguments: Way.possible, [Direction.forward, .backward])
    private func limited(way: Way, direction: Direction) async throws {
        try await way.withClient { client in
            let prefix = TestServer.newStream("filtered")
            var position: Position? = direction == .forward ? try await Self.write(client, prefix: prefix) : nil
            if direction == .backward { _ = try await Self.write(client, prefix: prefix) }
            let filter = EventFilter.types(prefixedBy: "\(prefix)-even").and(.streams(prefixedBy: prefix))
            var pages: [[String]] = []
            for limit in [2, 1, 0, 1] {
                let events = client.iterAll(direction: direction, from: position, limit: limit, matching: filter)
                let numbers = Self.numbers(try await events.reduce(into: []) { $0.append($1) })
                var sliced: [String] = []
                for try await slice in events.slices {
                    #expect(slice.direction == direction)
                    sliced += Self.numbers(slice.events)
                    position = slice.next
                }
                #expect(sliced == numbers)
                pages.append(numbers)
            }
            #expect(
                pages == (direction == .forward ? [["0", "2"], ["4"], [], ["6"]] : [["8", "6"], ["4"], [], ["2"]]))
        }
    }

    @Test("following $all through a filter of which the server can do a part, or nothing, delivers what fits")
    func following() async throws {
        try await TestServer.withClient { client in
            let prefix = TestServer.newStream("filtered")
            let start = try await Self.write(client, prefix: prefix)
            let (streams, types) = (
                EventFilter.streams(prefixedBy: "\(prefix)-1"), EventFilter.types(matching: "even$")
            )
            let both = try await client.subscribeToAll(from: .from(start), matching: streams.and(types))
            let either = try await client.subscribeToAll(
                from: .from(start), matching: streams.or(types).and(.types(prefixedBy: prefix)))
            for (subscription, old) in [(both, ["6", "8"]), (either, ["0", "2", "4", "5", "6", "7", "8", "9"])] {
                var seen: [String] = []
                for try await message in subscription.messages {
                    if case .event(let event) = message { seen.append(event.data.text) }
                    if case .live = message {
                        for (type, stream, text) in [("odd", "other", "unfit"), ("even", "\(prefix)-1", "new")] {
                            let event = NewEvent(type: "\(prefix)-\(type)", data: Payload(text), isJSON: true)
                            try await client.publishEvent(event, to: stream)
                        }
                    }
                    if seen.last == "new" { break }
                }
                #expect(Array(seen.prefix(old.count)) == old)
                #expect(!seen.contains("unfit"))
            }
        }
    }

    @Test("reading $all through a filter fails before anything is sent for a filter that can never work")
    func invalid() async throws {
        try await TestServer.withClient { client in
            let error = try await failure { try await client.getAll(matching: .types(matching: "(")) }
            #expect(error.code == .invalidArgument)
            let sequence = client.iterAll(matching: .streams(prefixedBy: ""))
            #expect(try await failure { for try await _ in sequence {} }.code == .invalidArgument)
        }
    }
}
