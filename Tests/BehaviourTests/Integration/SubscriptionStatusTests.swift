import PhotonPump
import Testing

@Suite("Where a subscription stands", .timeLimit(.minutes(2)))
struct SubscriptionStatusTests {
    @Test("a subscription's place is counted in events that its consumer was not given")
    func lag() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            try await client.publish(Pony.events(30), to: stream)
            var options = SubscriptionOptions()
            options.pageSize = 10
            let subscription = try await client.subscribe(to: stream, from: .after(4), options: options)
            #expect(subscription.status.lastPlace == 4)
            var events = subscription.events.makeAsyncIterator()
            #expect(try await events.next()?.number == 5)
            let status = subscription.status
            #expect(status.lastPlace == 14, "those given together")
            #expect(status.knownEnd == 29)
            #expect(status.lag == 15)
            for number in 6..<30 as Range<Int64> { #expect(try await events.next()?.number == number) }
            #expect(subscription.status.lag == 0)
            #expect(subscription.status.peakBufferedEvents <= 20)
            #expect(subscription.status.peakBufferedBytes > 0)
            try await client.publish(Pony.events(1), to: stream)
            #expect(try await events.next()?.number == 30)
            #expect(subscription.status.knownEnd == 30)
            #expect(subscription.status.lag == 0)
        }
    }

    @Test("a subscription tells with which event its consumer is through, in a loop")
    func processedInLoop() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            try await client.publish(Pony.events(3), to: stream)
            let subscription = try await client.subscribe(to: stream, from: .start)
            var places: [Int64?] = []
            var events = subscription.events.makeAsyncIterator()
            for _ in 0..<3 {
                _ = try await events.next()
                places.append(subscription.status.lastProcessedPlace)
            }
            #expect(places == [nil, 0, 1])
            subscription.stop()
            #expect(try await events.next() == nil)
            #expect(subscription.status.lastProcessedPlace == 2)
        }
    }

    @Test("a subscription tells up to where all events are handled, when they are processed")
    func processed() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            try await client.publish(Pony.events(3), to: stream)
            let subscription = try await client.subscribe(to: stream, from: .start)
            let (handled, gate) = (HandledEvents(), Gate())
            async let processing: Void = subscription.process(
                savingTo: MemoryCheckpointStore(), maxConcurrent: 3
            ) { event in
                if event.number == 1 { await gate.pass() }
                handled.note(event.number)
            }
            await handled.next(2)
            #expect([nil, 0].contains(subscription.status.lastProcessedPlace), "the second is not handled")
            gate.open()
            await handled.next(1)
            subscription.stop()
            try await processing
            #expect(subscription.status.lastProcessedPlace == 2)
        }
    }

    @Test("a subscription's place is counted in bytes of the log, when it follows $all")
    func lagInBytes() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            let subscription = try await client.subscribeToAll()
            var events = subscription.events.makeAsyncIterator()
            try await client.publish(Pony.events(1), to: stream)
            while let event = try await events.next(), event.stream != stream {}
            let before = try #require(subscription.status.lastPlace)
            try await client.publish(Pony.events(50), to: stream)
            // What was pushed before the answer to a call has come before that.
            try await client.ping()
            let status = subscription.status
            #expect(status.lastPlace == before)
            let end = try #require(status.knownEnd)
            #expect(end > before)
            #expect(status.lagInBytes == end.commit - before.commit)
        }
    }

    @Test("a subscription to $all knows how far there is to go while it reads past events")
    func lagInHistory() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            try await client.publish(Pony.events(500), to: stream)
            var options = SubscriptionOptions()
            (options.pageSize, options.maximumBufferedEvents) = (10, 20)
            let subscription = try await client.subscribeToAll(from: .start, options: options)
            var events = subscription.events.makeAsyncIterator()
            _ = try await events.next()
            while subscription.status.lagInBytes == nil { try await client.ping() }
            let status = subscription.status
            #expect(status.phase == .readingHistory)
            let (place, end) = (try #require(status.lastPlace), try #require(status.knownEnd))
            #expect(status.lagInBytes == end.commit - place.commit && end > place)
            subscription.stop()
        }
    }

    @Test("a subscription's place is the end of $all, too, when nothing that comes fits the filter")
    func filtered() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream("other")
            try await client.publish(Pony.events(5), to: stream)
            let subscription = try await client.subscribeToAll(
                from: .start, matching: .streams(prefixedBy: TestServer.newStream("none")))
            var messages = subscription.messages.makeAsyncIterator()
            while let message = try await messages.next() {
                if case .live = message { break }
            }
            #expect(subscription.status.lagInBytes == 0)
        }
    }
}
