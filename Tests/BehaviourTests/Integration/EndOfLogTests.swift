import EmbeddedEventStore
import PhotonPump
import Testing

@Suite("Going live", .timeLimit(.minutes(2)))
struct EndOfLogTests {
    /// What happens until the subscription is live.
    private static func names<Place>(_ changes: AsyncStream<SubscriptionChange<Place>>) async -> [String] {
        await changes.upTo("live").map(\.name)
    }

    @Test("S72: going live takes a page where $all ends with a transaction, also after a loss")
    func transaction() async throws {
        try await Self.withServer { server, client in
            let stream = TestServer.newStream()
            let start = try await client.lastPosition() ?? .start
            for _ in 0..<2 {
                try await client.withTransaction(on: stream) { transaction in
                    try await transaction.write(Pony.events(2))
                    try await transaction.write(Pony.events(1))
                }
            }
            let reads = try await server?.faults.add(.delayReply(to: .readAllForward, by: .zero))
            let subscription = try await client.subscribeToAll(
                from: .after(start), matching: nil, options: SubscriptionOptions())
            let changes = subscription.changes
            var events = subscription.events.makeAsyncIterator()
            for number in 0..<6 as Range<Int64> {
                var event = try await events.next()
                while let other = event, other.stream != stream { event = try await events.next() }
                #expect(event?.number == number)
            }
            await subscription.isLive(changes)
            // A page, an empty one, and the one that says where the end is; an empty one from within the gap, and another
            // one, as events could have become readable between the last page and the end.
            if let reads { #expect((3...5).contains(reads.effectCount)) }
            guard let server, let reads else { return }
            await server.dropConnections()
            _ = await changes.comeback()
            #expect((6...10).contains(reads.effectCount))
        }
    }

    @Test(
        "going live waits for nothing in a stream that was deleted or truncated, whose numbers go on",
        arguments: [.start, .after(2), .after(4), .from(5)] as [SubscriptionStart<Int64>], [true, false])
    func emptied(start: SubscriptionStart<Int64>, isDeleted: Bool) async throws {
        try await Self.withServer { server, client in
            let stream = TestServer.newStream()
            try await client.publish(Pony.events(5), to: stream)
            if isDeleted {
                try await client.deleteStream(stream)
            } else {
                try await client.truncateStream(stream, before: 5)
            }
            let reads = try await server?.faults.add(.delayReply(to: .readStreamForward, by: .zero))
            let subscription = try await client.subscribe(to: stream, from: start)
            let changes = subscription.changes
            await subscription.isLive(changes)
            #expect(subscription.status.lag == 0)
            // One that finds nothing, one that says from where on there is something, and one in the gap.
            if let reads { #expect(reads.effectCount <= 3) }
            try await client.publish(Pony.events(1), to: stream)
            for try await event in subscription.events {
                #expect(event.number == 5)
                break
            }
        }
    }

    /// Runs `body` with an embedded server, to look into, or else with the real one.
    private static func withServer(_ body: (EmbeddedServer?, Client) async throws -> Void) async throws {
        guard TestServer.isEmbedded else {
            return try await TestServer.withClient { try await body(nil, $0) }
        }
        try await SubscriptionLossTests.run { try await body($0, $1) }
    }
}

@Suite("S68: A place beyond the end", .timeLimit(.minutes(2)))
struct BeyondEndTests {
    private static func options(_ reaction: SubscriptionOptions.BeyondEnd) -> SubscriptionOptions {
        var options = SubscriptionOptions()
        options.beyondEnd = reaction
        return options
    }

    @Test("a place beyond the end of a stream ends the subscription, with both places in the error", arguments: [0, 3])
    func stream(count: Int) async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            if count > 0 { try await client.publish(Pony.events(count), to: stream) }
            let subscription = try await client.subscribe(to: stream, from: .after(41))
            let changes = subscription.changes
            var messages = subscription.messages.makeAsyncIterator()
            guard case .beyondEnd(.after(41), let end)? = try await messages.next() else {
                Issue.record("not announced")
                return
            }
            #expect(end == (count == 0 ? nil : 2))
            let error = try await failure { try await messages.next() }
            #expect(error.code == .placeBeyondEnd)
            #expect(error.message.contains("after 41"))
            #expect(error.message.contains(count == 0 ? "no events" : "last event is 2"))
            #expect(error.stream == stream)
            #expect(subscription.status.lag == nil)
            #expect(await changes.upTo("ended").map(\.name).contains("beyondEnd"))
        }
    }

    @Test("a place beyond the end of $all ends the subscription, with both places in the error")
    func log() async throws {
        try await TestServer.withClient { client in
            try await client.publish(Pony.events(1), to: TestServer.newStream())
            let far = Position(commit: 1 << 40, prepare: 1 << 40)
            for start in [SubscriptionStart<Position>.after(far), .from(far)] {
                let subscription = try await client.subscribeToAll(from: start)
                var events = subscription.events.makeAsyncIterator()
                let error = try await failure { try await events.next() }
                #expect(error.code == .placeBeyondEnd)
                #expect(error.message.contains("\(far)"))
                #expect(subscription.status.lagInBytes == nil)
            }
        }
    }

    @Test("a place beyond the end is waited for, if the options say so, and is no lag of 0")
    func waiting() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            try await client.publish(Pony.events(2), to: stream)
            let subscription = try await client.subscribe(to: stream, from: .after(3), options: Self.options(.wait))
            let changes = subscription.changes
            var messages = subscription.messages.makeAsyncIterator()
            guard case .beyondEnd(.after(3), end: 1)? = try await messages.next() else {
                Issue.record("not announced")
                return
            }
            while subscription.status.phase != .beyondEnd { for await case .beyondEnd in changes { break } }
            #expect(subscription.status.lag == nil)
            try await client.publish(Pony.events(3), to: stream)
            guard case .live? = try await messages.next(), case .event(let event)? = try await messages.next() else {
                Issue.record("not live")
                return
            }
            #expect(event.number == 4)
            #expect(subscription.status.phase == .live)
            #expect(subscription.status.lag == 0)
        }
    }

    @Test("a place beyond the end saved as a checkpoint ends follow, or has it start over and save what follows")
    func following() async throws {
        try await TestServer.withClient { client in
            let (stream, journal, store) = (TestServer.newStream(), HandledEvents(), ObservedStore<Int64>(.after(41)))
            try await client.publish(Pony.events(3), to: stream)
            let error = try await failure {
                try await client.follow(stream, checkpoint: store) { journal.note($0.number) }
            }
            #expect(error.code == .placeBeyondEnd)
            #expect(journal.all == [])
            #expect(store.history == [.after(41)])
            let following = Task {
                try await client.follow(stream, checkpoint: store, options: Self.options(.startOver)) {
                    journal.note($0.number)
                }
            }
            await journal.next(3)
            following.cancel()
            _ = await following.result
            #expect(journal.all == [0, 1, 2])
            #expect(store.history.last == .after(2))
        }
    }

    @Test(
        "a place beyond the end is noticed when the server was set up anew meanwhile",
        .enabled(if: TestServer.isEmbedded, "loses data"),
        arguments: [.fail, .wait, .startOver] as [SubscriptionOptions.BeyondEnd])
    func setUpAnew(reaction: SubscriptionOptions.BeyondEnd) async throws {
        try await SubscriptionLossTests.run { server, client in
            try await client.publish(Pony.events(5), to: "ponies")
            let stream = try await client.subscribe(to: "ponies", from: .start, options: Self.options(reaction))
            let all = try await client.subscribeToAll(
                from: .start, matching: .excludingSystemEvents, options: Self.options(reaction))
            let (changes, logChanges) = (stream.changes, all.changes)
            let (numbers, logNumbers) = (HandledEvents(), HandledEvents())
            let following = Task { for try await event in stream.events { numbers.note(event.number) } }
            let followingAll = Task { for try await event in all.events { logNumbers.note(event.number) } }
            await numbers.next(5)
            await logNumbers.next(5)
            await stream.isLive(changes)
            await all.isLive(logChanges)
            try await server.restart(keepingData: false)
            #expect(await changes.upTo("beyondEnd").last?.name == "beyondEnd")
            #expect(await logChanges.upTo("beyondEnd").last?.name == "beyondEnd")
            switch reaction {
            case .fail:
                #expect(try await failure { try await following.value }.code == .placeBeyondEnd)
                #expect(try await failure { try await followingAll.value }.code == .placeBeyondEnd)
                return
            case .wait:
                #expect(stream.status.lag == nil)
                #expect(all.status.lagInBytes == nil)
                try await client.publish(Pony.events(7), to: "ponies")
                await numbers.next(2)
                #expect(numbers.all == [0, 1, 2, 3, 4, 5, 6])
            case .startOver:
                try await client.publish(Pony.events(2), to: "ponies")
                await numbers.next(2)
                await logNumbers.next(2)
                #expect(numbers.all == [0, 1, 2, 3, 4, 0, 1])
                #expect(logNumbers.all == [0, 1, 2, 3, 4, 0, 1])
            }
            stream.stop()
            all.stop()
            try await following.value
            try await followingAll.value
        }
    }
}
