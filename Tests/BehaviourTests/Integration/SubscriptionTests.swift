import EmbeddedEventStore
import PhotonPump
import Testing

@Suite("Following", .timeLimit(.minutes(2)))
struct SubscriptionTests {
    /// The numbers of the next events.
    private static func take(
        _ count: Int, _ events: inout SubscriptionEvents<Int64>.Iterator
    ) async throws -> [Int64] {
        var numbers: [Int64] = []
        while numbers.count < count, let event = try await events.next() { numbers.append(event.received.number) }
        return numbers
    }

    private static func numbers(_ range: Range<Int64>) -> [Int64] { Array(range) }

    @Test("following a stream gives what is there, then what is written", arguments: [1, 7, 500])
    func stream(pageSize: Int) async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            try await client.publish(Pony.events(20), to: stream)
            var options = SubscriptionOptions()
            options.pageSize = pageSize
            let subscription = try await client.subscribe(to: stream, from: .start, options: options)
            var events = subscription.events.makeAsyncIterator()
            #expect(try await Self.take(20, &events) == Self.numbers(0..<20))
            for _ in 0..<20 { try await client.publishEvent(Pony(name: "late").event(), to: stream) }
            #expect(try await Self.take(20, &events) == Self.numbers(20..<40))
            #expect(subscription.status.lastPlace == 39)
            #expect(subscription.status.lag == 0)
        }
    }

    @Test("following the end of a stream gives what is written from then on, also to one that did not exist")
    func end() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            let early = try await client.subscribe(to: stream)
            try await client.publish(Pony.events(3), to: stream)
            let late = try await client.subscribe(to: stream)
            try await client.publish(Pony.events(2), to: stream)
            var first = early.events.makeAsyncIterator()
            var second = late.events.makeAsyncIterator()
            #expect(try await Self.take(5, &first) == Self.numbers(0..<5))
            #expect(try await Self.take(2, &second) == [3, 4])
        }
    }

    @Test("following a stream begins behind an event, or at one")
    func places() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            try await client.publish(Pony.events(10), to: stream)
            for (start, first) in [
                (SubscriptionStart<Int64>.after(0), 1), (.from(0), 0), (.after(8), 9), (.from(9), 9),
            ] {
                let subscription = try await client.subscribe(to: stream, from: start)
                for try await event in subscription.events {
                    #expect(event.number == first)
                    break
                }
            }
        }
    }

    @Test("following $all gives positions to go on from")
    func all() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream("all")
            try await client.publish(Pony.events(5), to: stream)
            var positions: [Position] = []
            let whole = try await client.subscribeToAll(from: .start)
            for try await event in whole.events where event.stream == stream {
                positions.append(try #require(event.position))
                if positions.count == 5 { break }
            }
            #expect(positions == positions.sorted())
            for (start, first) in [(SubscriptionStart.after(positions[1]), 2), (.from(positions[1]), 1)] {
                let rest = try await client.subscribeToAll(from: start)
                for try await event in rest.events where event.stream == stream {
                    #expect(event.number == first)
                    break
                }
            }
        }
    }

    @Test(
        "following $all through a filter gives the events that fit, before and after it is live",
        arguments: [true, false])
    func filtered(isServersWork: Bool) async throws {
        let body: (Client) async throws -> Void = { client in
            let prefix = TestServer.newStream("filtered")
            let begin = try await client.lastPosition()
            func write(_ numbers: Range<Int>) async throws {
                for number in numbers {
                    try await client.publishEvent(
                        NewEvent(type: "\(prefix)-\(number % 3)", data: Payload("\(number)"), isJSON: true), to: prefix)
                }
            }
            try await write(0..<30)
            let filter = EventFilter.types(prefixedBy: "\(prefix)-0")
            let subscription = try await client.subscribeToAll(
                from: begin.map { .after($0) } ?? .start, matching: filter)
            var events = subscription.events.makeAsyncIterator()
            var texts: [String] = []
            while texts.count < 10, let event = try await events.next() { texts.append(event.data.text) }
            try await write(30..<60)
            while texts.count < 20, let event = try await events.next() { texts.append(event.data.text) }
            #expect(texts == stride(from: 0, to: 60, by: 3).map(String.init))
        }
        guard TestServer.isEmbedded, !isServersWork else { return try await TestServer.withClient(body) }
        var configuration = EmbeddedServer.Configuration()
        configuration.offersFilteredReads = false
        try await withEmbeddedServer(configuration, logger: .silent) { server in
            try await withClient(TestServer.configuration(server.connectionString), logger: .silent, body)
        }
    }

    @Test(
        "S33: following a stream of links gives the events, by the numbers of the links; S32: also those that are gone")
    func links() async throws {
        try await TestServer.withClient { client in
            let (stream, index) = (TestServer.newStream(), TestServer.newStream("index"))
            try await client.publish(Pony.events(3), to: stream)
            for number in [2, 0, 1] as [Int64] {
                try await client.publishEvent(.link(to: number, in: stream), to: index)
            }
            try await client.truncateStream(stream, before: 1)
            var options = SubscriptionOptions()
            options.resolveLinks = true
            let subscription = try await client.subscribe(to: index, from: .after(0), options: options)
            var events = subscription.events.makeAsyncIterator()
            let gone = try #require(try await events.next())
            #expect(gone.event == nil)
            #expect(gone.received.number == 1)
            let found = try #require(try await events.next())
            #expect(found.event?.number == 1)
            #expect(found.received.number == 2)
        }
    }

    @Test("S37: following a stream whose start is truncated begins behind that, in pages smaller than the gap")
    func truncated() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            try await client.publish(Pony.events(50), to: stream)
            try await client.truncateStream(stream, before: 40)
            var options = SubscriptionOptions()
            options.pageSize = 3
            let subscription = try await client.subscribe(to: stream, from: .start, options: options)
            var events = subscription.events.makeAsyncIterator()
            #expect(try await Self.take(10, &events) == Self.numbers(40..<50))
        }
    }

    @Test("following a stream that is deleted and written to again goes on; one that is deleted for good ends")
    func deleted() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            try await client.publish(Pony.events(2), to: stream)
            let subscription = try await client.subscribe(to: stream, from: .start)
            var events = subscription.events.makeAsyncIterator()
            #expect(try await Self.take(2, &events) == [0, 1])
            try await client.deleteStream(stream)
            try await client.publish(Pony.events(2), to: stream)
            #expect(try await Self.take(2, &events) == [2, 3])
            try await client.tombstoneStream(stream)
            #expect(try await failure { try await Self.take(1, &events) }.code == .streamDeleted)
            let later = try await client.subscribe(to: stream, from: .start)
            var nothing = later.events.makeAsyncIterator()
            #expect(try await failure { try await Self.take(1, &nothing) }.code == .streamDeleted)
        }
    }

    @Test("following what the user may not read ends with that error")
    func accessDenied() async throws {
        try await TestServer.withClient { client in
            var options = SubscriptionOptions()
            options.call.credentials = Credentials(username: "ops", password: "changeit")
            let ops = options
            #expect(
                try await failure { try await client.subscribeToAll(options: ops) }.code == .accessDenied)
            let subscription = try await client.subscribeToAll(from: .start, options: ops)
            #expect(try await failure { for try await _ in subscription.events {} }.code == .accessDenied)
        }
    }

    @Test("S30: following with a consumer slower than the writer stays within its budget, and is never dropped")
    func slowConsumer() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            var options = SubscriptionOptions()
            options.maximumBufferedEvents = 50
            options.pageSize = 20
            let subscription = try await client.subscribe(to: stream, options: options)
            let changes = subscription.changes
            async let writing: Void = {
                for _ in 0..<40 { try await client.publish(Pony.events(50), to: stream) }
            }()
            var numbers: [Int64] = []
            for try await event in subscription.events {
                numbers.append(event.number)
                // Others get their turn: the writer is ahead.
                if numbers.count % 10 == 0 { try await client.ping() }
                if numbers.count == 2000 { break }
            }
            try await writing
            #expect(numbers == Self.numbers(0..<2000))
            // Two pages, that in the consumer's hands and the next, come on top of what is held back meanwhile.
            #expect(subscription.status.peakBufferedEvents <= 50 + 2 * 20)
            var fellBehind = 0
            for await case .fellBehind in changes { fellBehind += 1 }
            #expect(fellBehind > 0 || TestServer.isEmbedded == false)
        }
    }

    @Test("S19: following goes on while the same client writes batches of 20,000 events")
    func bulkWriter() async throws {
        try await TestServer.withClient { client in
            let (stream, bulk) = (TestServer.newStream(), TestServer.newStream("bulk"))
            let subscription = try await client.subscribe(to: stream, from: .start)
            var events = subscription.events.makeAsyncIterator()
            let (isUnderWay, isOver) = (Observed(false), Observed(false))
            async let writing: Void = {
                defer { isOver.update { $0 = true } }
                for _ in 0..<3 {
                    let events = (0..<20_000).map { _ in NewEvent(type: "t", data: [1], isJSON: false) }
                    isUnderWay.update { $0 = true }
                    try await client.publish(events, to: bulk)
                    isUnderWay.update { $0 = false }
                }
            }()
            var (number, meanwhile) = (0 as Int64, 0)
            while !isOver.value {
                try await client.publish(Pony.events(1), to: stream)
                #expect(try await events.next()?.number == number)
                number += 1
                if isUnderWay.value { meanwhile += 1 }
            }
            try await writing
            #expect(meanwhile >= 3, "of \(number) events, while a batch was being written")
        }
    }

    @Test("following from what is no place, or with what is no limit, is refused by name")
    func refused() async throws {
        try await TestServer.withClient { client in
            let nowhere: [SubscriptionStart<Position>] = [.after(.end), .from(.end)]
            for start in nowhere {
                let error = try await failure { try await client.subscribeToAll(from: start) }
                #expect(error.code == .invalidArgument)
                #expect(error.message.contains("begin at .end instead"))
            }
            let changes: [(String, (inout SubscriptionOptions) -> Void)] = [
                ("cannot read 0 events", { $0.pageSize = 0 }),
                ("maximumBufferedBytes", { $0.maximumBufferedBytes = 0 }),
                ("checkpointInterval", { $0.checkpointInterval = 1 << 40 }),
                ("livenessInterval", { $0.livenessInterval = .zero }),
            ]
            for (name, change) in changes {
                var options = SubscriptionOptions()
                change(&options)
                let error = try await failure { try await client.subscribe(to: "ponies", options: options) }
                #expect((error.code, error.stream) == (.invalidArgument, "ponies"))
                #expect(error.message.contains(name), "\(error)")
            }
        }
    }
}
