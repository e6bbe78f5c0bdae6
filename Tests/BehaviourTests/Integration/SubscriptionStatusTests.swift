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
