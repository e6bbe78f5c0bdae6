import PhotonPump
import Testing

@Suite("Reading $all", .timeLimit(.minutes(1)))
struct ReadingAllTests {
    /// The events of `streams` among all, with their positions, in the order they come.
    private static func events(_ all: AllEvents, of streams: Set<String>) async throws -> [ResolvedEvent] {
        try await all.reduce(into: []) { if streams.contains($1.received.stream) { $0.append($1) } }
    }

    @Test(
        "reading $all goes through the events of every stream once, in the order they were written",
        arguments: [1, 7, 500])
    func forward(pageSize: Int) async throws {
        try await TestServer.withClient { client in
            let streams = [TestServer.newStream("one"), TestServer.newStream("two")]
            // Others may write in between, such as a server its statistics.
            let start = try await client.lastPosition()
            for round in 0..<5 { try await client.publish(try Pony.events(3), to: streams[round % 2]) }

            let forward = try await Self.events(client.iterAll(from: start, pageSize: pageSize), of: Set(streams))
            #expect(forward.count == 15)
            #expect(forward.map(\.stream) == (0..<15).map { streams[$0 / 3 % 2] })
            let positions = try forward.map { try #require($0.position) }
            #expect(positions == positions.sorted())
            #expect(Set(positions).count == 15)

            let backward = client.iterAll(direction: .backward, pageSize: pageSize)
            var back: [ResolvedEvent] = []
            for try await event in backward {
                if streams.contains(event.stream) { back.append(event) }
                if back.count == 15 { break }
            }
            #expect(back == forward.reversed())
        }
    }

    @Test("reading $all in slices says where to go on, which is valid at the end, too")
    func slices() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            let written = try await client.publish(try Pony.events(4), to: stream)
            let last = try #require(written.position)
            let slice = try await client.getAll(from: last, maxCount: 10)
            #expect(slice.from == last)
            #expect(slice.events.first?.position == last)
            #expect(!slice.isEnd)

            var end = slice
            while !end.isEnd { end = try await client.getAll(from: end.next) }
            #expect(end.next == end.from)
            try await client.publish(try Pony.events(1), to: stream)
            let more = try await client.getAll(from: end.next)
            #expect(more.events.contains { $0.stream == stream && $0.number == 4 })
        }
    }

    @Test("reading $all backwards leaves out the event at the position, and ends before the first")
    func backward() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            // With one write, so that nothing comes between them.
            let second = try #require(try await client.publish(try Pony.events(2), to: stream).position)
            let slice = try await client.getAll(direction: .backward, from: second, maxCount: 1)
            #expect(slice.events.map(\.number) == [0])
            #expect(slice.events.map(\.stream) == [stream])
            #expect(slice.next == slice.events.first?.position)
            #expect(try await client.getAll(direction: .backward, from: .start).isEnd)
        }
    }

    @Test("reading $all follows links, whose positions are told")
    func links() async throws {
        try await TestServer.withClient { client in
            let (target, links) = (TestServer.newStream(), TestServer.newStream("links"))
            try await client.publish(try Pony.events(1), to: target)
            let link = NewEvent(type: "$>", data: Payload("0@\(target)"), isJSON: false)
            let position = try #require(try await client.publishEvent(link, to: links).position)
            let resolved = try #require(try await client.getAll(from: position, resolveLinks: true).events.first)
            #expect(resolved.position == position)
            #expect(resolved.stream == target)
            #expect(resolved.received.stream == links)
        }
    }

    @Test("reading $all is the administrators' alone")
    func accessDenied() async throws {
        try await TestServer.withClient { client in
            let ops = CallOptions(credentials: Credentials(username: "ops", password: "changeit"))
            let slice = try await failure { try await client.getAll(options: ops) }
            #expect(slice.code == .accessDenied)
            let iteration = try await failure { for try await _ in client.iterAll(options: ops) {} }
            #expect(iteration.code == .accessDenied)
        }
    }

    @Test("reading $all from a place that is none is the server's error, or refused before")
    func invalid() async throws {
        try await TestServer.withClient { client in
            let position = try #require(
                try await client.publish(try Pony.events(1), to: TestServer.newStream()).position)
            // Within the last record of all there is just nothing to be read yet.
            try await client.publish(try Pony.events(1), to: TestServer.newStream())
            let within = Position(commit: position.commit + 1, prepare: position.prepare + 1)
            #expect(try await failure { try await client.getAll(from: within) }.code == .serverError)
            let negative = Position(commit: -5, prepare: 0)
            #expect(try await failure { try await client.getAll(from: negative) }.code == .invalidArgument)
            #expect(try await failure { try await client.getAll(maxCount: 0) }.code == .invalidArgument)
        }
    }
}
