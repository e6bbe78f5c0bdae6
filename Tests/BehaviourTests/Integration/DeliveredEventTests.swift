import EmbeddedEventStore
import PhotonPump
import Testing

@Suite("An event that a persistent subscription delivers", .timeLimit(.minutes(1)))
struct DeliveredEventTests {
    private struct Lame: Error {}

    private static func createHerd(
        _ client: Client, to stream: String, eventCount: Int, messageTimeout: Duration? = .seconds(30)
    ) async throws {
        try await client.publish(Pony.events(eventCount), to: stream)
        var settings = PersistentSubscriptionSettings()
        settings.startFrom = .start
        settings.messageTimeout = messageTimeout
        try await client.createSubscription("herd", to: stream, settings: settings)
    }

    /// Runs `body` with a stream of three events, and a server that looks at once whose time is up.
    private static func run(
        messageTimeout: Duration, _ body: (Client, _ stream: String, EmbeddedServer) async throws -> Void
    ) async throws {
        var settings = EmbeddedServer.Configuration()
        settings.persistentSubscriptionTick = .milliseconds(10)
        try await withEmbeddedServer(settings, logger: .silent) { server in
            try await withClient(TestServer.configuration(server.connectionString), logger: .silent) { client in
                try await Self.createHerd(client, to: "ponies", eventCount: 3, messageTimeout: messageTimeout)
                try await body(client, "ponies", server)
            }
        }
    }

    @Test(
        "S44: a delivered event is refused as told when its handler throws, and comes again with a count of 1; others go on"
    )
    func handlerThrows() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream("persistent")
            try await Self.createHerd(client, to: stream, eventCount: 4)
            let herd = try await client.connectSubscription("herd", to: stream)
            let diary = Observed<[String]>([])
            async let processing: Void = herd.process(onError: { error, event in
                error is Lame && event.number == 1 ? .retry : .park
            }) { event in
                diary.update { $0.append("\(event.number)/\(event.retryCount)") }
                if event.retryCount == 0, event.number == 1 || event.number == 2 { throw Lame() }
            }
            try await diary.wait { $0.count == 5 }
            // What comes now comes to a subscription that has survived all that.
            try await client.publish(Pony.events(1), to: stream)
            try await diary.wait { $0.count == 6 }
            herd.stop()
            try await processing
            #expect(diary.value.sorted() == ["0/0", "1/0", "1/1", "2/0", "3/0", "4/0"])
            let parked = try await client.get("$persistentsubscription-\(stream)::herd-parked", resolveLinks: true)
            #expect(parked.events.map(\.event?.number) == [2])
        }
    }

    @Test("S45: a delivered event is not acknowledged because another one was refused with stop")
    func refusedWithStop() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream("persistent")
            try await Self.createHerd(client, to: stream, eventCount: 4)
            let first = try await client.connectSubscription("herd", to: stream)
            for try await event in first.events {
                if event.number == 1 { #expect(first.nack(event, action: .stop) == .accepted) }
                if event.number == 3 { break }
            }
            // All but the one that was refused are there for the next one.
            let second = try await client.connectSubscription("herd", to: stream)
            try await client.publish(Pony.events(1), to: stream)
            var numbers: Set<Int64> = []
            for try await event in second.events {
                numbers.insert(event.number)
                second.ack(event)
                if numbers.isSuperset(of: [0, 2, 3, 4]) { break }
            }
            #expect(numbers == [0, 2, 3, 4])
        }
    }

    @Test(
        "S47: a delivered event cannot be acknowledged after its connection is lost, but its second delivery can",
        .enabled(if: TestServer.isEmbedded, "cuts connections"))
    func earlierConnection() async throws {
        try await Self.run(messageTimeout: .seconds(3600)) { client, stream, server in
            let herd = try await client.connectSubscription("herd", to: stream, bufferSize: 1)
            let changes = herd.changes
            var events = herd.events.makeAsyncIterator()
            let first = try #require(try await events.next())
            await server.dropConnections()
            for await case .connected in changes { break }
            #expect(herd.ack(first) == .expired)
            #expect(herd.nack(first, action: .park) == .expired)
            let second = try #require(try await events.next())
            #expect((second.number, second.retryCount) == (0, 1))
            #expect(herd.ack(second) == .accepted)
            // The server has room for the next one now, and nothing is left of this one.
            let next = try #require(try await events.next())
            #expect((next.number, next.retryCount) == (1, 0))
            #expect(await server.leftovers == ["1 consumers of ponies::herd", "1 events in nobody's hands"])
        }
    }

    @Test(
        "S48: a delivered event is warned of, by its id and the limit, before the server delivers it again",
        .enabled(if: TestServer.isEmbedded, "has a server that looks often"))
    func slow() async throws {
        // Between the warning and the second delivery there is a fifth of it: enough for a busy machine.
        let timeout = Duration.seconds(3)
        try await Self.run(messageTimeout: timeout) { client, stream, _ in
            let herd = try await client.connectSubscription("herd", to: stream, messageTimeout: timeout)
            let (changes, diary, gate) = (herd.changes, Observed<[String]>([]), Gate())
            async let processing: Void = herd.process(maxConcurrent: 4) { event in
                diary.update { $0.append("\(event.number)/\(event.retryCount)") }
                if event.number == 1, event.retryCount == 0 { await gate.pass() }
            }
            let id = try await client.getEvent(1, in: stream).id
            for await case .slow(let event, let limit) in changes {
                #expect(event == id)
                #expect(limit == timeout)
                break
            }
            #expect(diary.value.sorted() == ["0/0", "1/0", "2/0"])
            try await diary.wait { $0.count == 4 }
            #expect(diary.value.last == "1/1")
            gate.open()
            herd.stop()
            try await processing
        }
    }

    @Test(
        "S49: a delivered event is named when it is one of those that fill all slots for longer than the limit",
        .enabled(if: TestServer.isEmbedded, "has a server that looks often"))
    func stalled() async throws {
        let timeout = Duration.milliseconds(300)
        try await Self.run(messageTimeout: timeout) { client, stream, _ in
            // The events may have come before this task hears that it is connected.
            let began = ContinuousClock.now
            let herd = try await client.connectSubscription("herd", to: stream, bufferSize: 2, messageTimeout: timeout)
            let changes = herd.changes
            var events = herd.events.makeAsyncIterator()
            let holders = [try #require(try await events.next()), try #require(try await events.next())]
            for await case .stalled(let ids) in changes {
                #expect(Set(ids) == Set(holders.map(\.id)))
                break
            }
            #expect(.now - began >= timeout)
            #expect(.now - began < timeout * 2 + .seconds(patience))
            // Of whichever delivery: with a slot free, the third event comes.
            while let event = try await events.next(), event.number < 2 { herd.ack(event) }
            #expect(herd.status.phase == .connected)
        }
    }
}
