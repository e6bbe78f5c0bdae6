import PhotonPump
import PhotonPumpWire
import ScriptedPeers
import Testing

@Suite("Subscribing", .timeLimit(.minutes(1)))
struct SubscribingTests {
    /// The numbers of the next events.
    private static func take(
        _ count: Int, _ events: inout SubscriptionEvents<Int64>.Iterator
    ) async throws -> [Int64] {
        var numbers: [Int64] = []
        while numbers.count < count, let event = try await events.next() { numbers.append(event.received.number) }
        return numbers
    }

    @Test("subscribing to the end of a stream returns when the server has confirmed, and gives what it pushes")
    func volatile() async throws {
        try await ScriptedSession.run { session in
            async let subscription = session.client.subscribe(to: "s")
            let request = try await session.peer.next(.subscribeToStream)
            #expect(
                try SubscribeToStream(decoding: request.payload) == SubscribeToStream(stream: "s", resolveLinks: false))
            try await session.peer.confirm(
                request, SubscriptionConfirmation(lastCommitPosition: 5, lastEventNumber: 2))
            var events = try await subscription.events.makeAsyncIterator()
            try await session.peer.push(3...5, request.correlation)
            #expect(try await Self.take(3, &events) == [3, 4, 5])
        }
    }

    @Test(
        "a subscription is ended on the server when the loop is left, and none of the client's requests is left behind")
    func leaving() async throws {
        try await ScriptedSession.run { session in
            let id = try await {
                async let subscribing = session.client.subscribe(to: "s")
                let id = try await session.peer.confirmSubscription(behind: nil)
                let subscription = try await subscribing
                try await session.peer.push(0...9, id)
                for try await event in subscription.events where event.number == 4 { break }
                return id
            }()
            let farewell = try await session.peer.next(.unsubscribeFromStream)
            #expect(farewell.correlation == id)
            try await session.peer.drop(id, .unsubscribed)
            #expect(await session.client.load == ClientLoad())
        }
    }

    @Test("S34: stopping a subscription ends the loop, whatever has come already")
    func stopping() async throws {
        try await ScriptedSession.run { session in
            async let subscribing = session.client.subscribe(to: "s")
            let id = try await session.peer.confirmSubscription(behind: nil)
            let subscription = try await subscribing
            try await session.peer.push(0...9, id)
            var given: [Int64] = []
            for try await event in subscription.events {
                given.append(event.number)
                subscription.stop()
            }
            #expect(given == [0])
            #expect(try await session.peer.next(.unsubscribeFromStream).correlation == id)
            guard case .ended = subscription.status.phase else {
                Issue.record("\(subscription.status)")
                return
            }
        }
    }

    @Test("subscribing ends with CancellationError when the task is cancelled, and unsubscribes")
    func cancelling() async throws {
        try await ScriptedSession.run { session in
            async let subscribing = session.client.subscribe(to: "s")
            let id = try await session.peer.confirmSubscription(behind: nil)
            let subscription = try await subscribing
            let task = Task { for try await _ in subscription.events {} }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(try await session.peer.next(.unsubscribeFromStream).correlation == id)
        }
    }

    @Test("a subscription can be iterated only once, and says so")
    func twice() async throws {
        try await ScriptedSession.run { session in
            let subscription = try await session.client.subscribe(to: "s", from: .start)
            let first = subscription.events.makeAsyncIterator()
            var second = subscription.messages.makeAsyncIterator()
            #expect(try await failure { try await second.next() }.code == .invalidArgument)
            _ = first
        }
    }

    @Test("S22: a subscription is not ended by a lost connection: what was written meanwhile comes once, in order")
    func reconnecting() async throws {
        try await ScriptedSession.run { session in
            let subscription = try await session.client.subscribe(to: "s", from: .start)
            var changes = subscription.changes.makeAsyncIterator()
            var events = subscription.events.makeAsyncIterator()
            try await session.peer.answerRead(0...2)
            let id = try await session.peer.confirmSubscription(behind: 2)
            try await session.peer.push(3...3, id)
            #expect(try await Self.take(4, &events) == [0, 1, 2, 3])
            await session.peer.close()

            let next = try await session.nextConnection()
            #expect(try await next.answerRead(4...6) == 3, "the last one is looked at again")
            #expect(try await Self.take(3, &events) == [4, 5, 6])
            let newID = try await next.confirmSubscription(behind: 7)
            // Written between the page and the confirmation.
            try await next.push(8...9, newID)
            #expect(try await next.answerRead(7...8) == 7)
            #expect(try await Self.take(3, &events) == [7, 8, 9])
            var names: [String] = []
            while names.last != "resumed", let change = await changes.next() {
                names.append(String("\(change)".prefix { $0.isLetter }))
            }
            #expect(Array(names.suffix(3)) == ["interrupted", "readingHistory", "resumed"])
        }
    }

    @Test("S40: a subscription that is never confirmed is asked for again, and tells")
    func neverConfirmed() async throws {
        try await ScriptedSession.run { session in
            var options = SubscriptionOptions()
            options.call.timeout = .milliseconds(50)
            let subscription = try await session.client.subscribe(to: "s", from: .start, options: options)
            let changes = subscription.changes
            let consumer = Task { try await subscription.events.reduce(into: 0) { count, _ in count += 1 } }
            // Reads are answered as often as they are made, in case they take too long here.
            var subscribing: [Package] = []
            while subscribing.count < 2, let request = try await session.peer.next() {
                switch request.command {
                case .subscribeToStream: subscribing.append(request)
                case .readStreamEventsForward: try await session.peer.answer(read: request, 0...2)
                default: continue
                }
            }
            let first = subscribing[0]
            #expect(first.correlation != subscribing[1].correlation)
            for await case .interrupted(_, let cause) in changes {
                #expect(cause.code == .timedOut)
                break
            }
            // The server confirms after all, to nobody: it is told so.
            try await session.peer.confirm(
                first, SubscriptionConfirmation(lastCommitPosition: 5, lastEventNumber: 2))
            #expect(try await session.peer.next(.unsubscribeFromStream).correlation == first.correlation)
            subscription.stop()
            #expect(try await consumer.value == 3)
        }
    }

    @Test("S38: subscribing to what comes from now on fails when its time is up during an outage, and can be cancelled")
    func outage() async throws {
        let unused = try UnusedPort()
        let endpoint = Endpoint(host: "127.0.0.1", port: unused.number)
        let client = try Client(Client.Configuration(endpoint: endpoint), logger: .silent)
        var options = SubscriptionOptions()
        options.call.timeout = .milliseconds(50)
        let error = try await failure { try await client.subscribe(to: "s", options: options) }
        #expect(error.code == .timedOut)
        let waiting = Task { try await client.subscribe(to: "s") }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        #expect(await client.load == ClientLoad())
        await client.close()
    }

    @Test(
        "a subscription that is denied ends with the server's reason, and does not try again",
        arguments: [
            (SubscriptionDropped.Reason.accessDenied, PhotonPumpError.Code.accessDenied),
            (.notFound, .subscriptionNotFound), (.persistentSubscriptionDeleted, .subscriptionDeleted),
        ])
    func dropped(reason: SubscriptionDropped.Reason, code: PhotonPumpError.Code) async throws {
        try await ScriptedSession.run { session in
            async let subscribing = session.client.subscribe(to: "s")
            let id = try await session.peer.confirmSubscription(behind: nil)
            let subscription = try await subscribing
            try await session.peer.push(0...1, id)
            try await session.peer.drop(id, reason)
            var events = subscription.events.makeAsyncIterator()
            #expect(try await Self.take(2, &events) == [0, 1])
            let error = try await failure { try await Self.take(1, &events) }
            #expect(error.code == code)
            #expect(error.stream == "s")
            #expect(try await Self.take(1, &events) == [])
        }
    }

    @Test("subscribing refused by the server throws at once")
    func refused() async throws {
        try await ScriptedSession.run { session in
            async let subscribing = session.client.subscribe(to: "s")
            let request = try await session.peer.next(.subscribeToStream)
            try await session.peer.drop(request.correlation, .accessDenied)
            do {
                _ = try await subscribing
                Issue.record("subscribed")
            } catch let error as PhotonPumpError {
                #expect(error.code == .accessDenied)
            }
        }
    }

    @Test("a subscription continues from where it was when the server drops it without a reason")
    func droppedWithoutReason() async throws {
        try await ScriptedSession.run { session in
            async let subscribing = session.client.subscribe(to: "s")
            let id = try await session.peer.confirmSubscription(behind: 4)
            var events = try await subscribing.events.makeAsyncIterator()
            try await session.peer.push(5...6, id)
            try await session.peer.drop(id, .unsubscribed)
            #expect(try await Self.take(2, &events) == [5, 6])
            async let rest = Self.take(1, &events)
            #expect(try await session.peer.answerRead(6...7) == 6, "the last one is looked at again")
            #expect(try await rest == [7])
        }
    }

    @Test("a subscription ends when the stream is deleted for good, before it began or later")
    func deleted() async throws {
        try await ScriptedSession.run { session in
            async let early = session.client.subscribe(to: "s")
            _ = try await session.peer.confirmSubscription(behind: .max)
            do {
                _ = try await early
                Issue.record("subscribed")
            } catch let error as PhotonPumpError {
                #expect(error.code == .streamDeleted)
            }

            async let subscribing = session.client.subscribe(to: "s")
            let id = try await session.peer.confirmSubscription(behind: nil)
            let subscription = try await subscribing
            try await session.peer.push(0...0, id)
            let tombstone = ScriptedPeer.record(.max, type: "$streamDeleted")
            try await session.peer.push(ResolvedRecord(event: tombstone, link: nil), id)
            var events = subscription.events.makeAsyncIterator()
            #expect(try await Self.take(1, &events) == [0])
            #expect(try await failure { try await Self.take(1, &events) }.code == .streamDeleted)
        }
    }

    @Test(
        "S33: a subscription follows links by their own numbers; S32: gives links whose target is gone, without an event"
    )
    func links() async throws {
        try await ScriptedSession.run { session in
            var options = SubscriptionOptions()
            options.resolveLinks = true
            let subscription = try await session.client.subscribe(to: "s", from: .after(6), options: options)
            var events = subscription.events.makeAsyncIterator()
            #expect(try await session.peer.answerRead() == 7)
            let id = try await session.peer.confirmSubscription(behind: 6)
            let target = ScriptedPeer.record(1, in: "target")
            try await session.peer.push(
                ResolvedRecord(event: target, link: ScriptedPeer.record(7, type: "$>")), id)
            try await session.peer.push(ResolvedRecord(event: nil, link: ScriptedPeer.record(8, type: "$>")), id)
            let first = try #require(try await events.next())
            #expect(first.event?.stream == "target")
            #expect(first.received.number == 7)
            let second = try #require(try await events.next())
            #expect(second.event == nil)
            #expect(second.link?.number == 8)
            await session.peer.close()
            let next = try await session.nextConnection()
            async let rest = events.next()
            #expect(try await next.answerRead(9...9) == 8)
            _ = try await rest
        }
    }

    @Test("a subscription ends with what cannot be read, rather than leaving it out; other calls go on")
    func malformed() async throws {
        try await ScriptedSession.run { session in
            async let subscribing = session.client.subscribe(to: "s")
            let id = try await session.peer.confirmSubscription(behind: nil)
            let subscription = try await subscribing
            try await session.peer.send(Package(.streamEventAppeared, id, payload: Bytes(utf8: "no event")))
            var events = subscription.events.makeAsyncIterator()
            let error = try await failure { try await Self.take(1, &events) }
            #expect(error.code == .unreadableReply)
            async let ping = session.client.ping()
            try await session.peer.send(Package(.pong, try await session.peer.next(.ping).correlation))
            _ = try await ping
        }
    }

    @Test("S36: a subscription tells that it is still live while nothing happens, if it is asked to")
    func stillLive() async throws {
        try await ScriptedSession.run { session in
            var options = SubscriptionOptions()
            options.livenessInterval = .milliseconds(5)
            async let subscribing = session.client.subscribe(to: "s", options: options)
            _ = try await session.peer.confirmSubscription(behind: nil)
            let subscription = try await subscribing
            var count = 0
            for await case .stillLive in subscription.changes {
                count += 1
                if count == 2 { break }
            }
            #expect(count == 2)
        }
    }

    @Test("subscribing with options that cannot work is refused", arguments: [0, 5])
    func options(size: Int) async throws {
        try await ScriptedSession.run { session in
            var options = SubscriptionOptions()
            options.pageSize = size
            if size == 5 { options.maximumBufferedEvents = 0 }
            let wrong = options
            let subscribing: [() async throws -> Subscription<Int64>] = [
                { try await session.client.subscribe(to: "s", from: .start, options: wrong) },
                { try await session.client.subscribe(to: "") },
                { try await session.client.subscribe(to: "s", from: .after(-3)) },
            ]
            for subscribe in subscribing {
                let error = try await failure(subscribe)
                #expect(error.code == .invalidArgument)
            }
        }
    }

    @Test("a subscription gives what came before an event that is too large, and then says so")
    func tooLarge() async throws {
        func adjust(_ configuration: inout Client.Configuration) { configuration.maximumFrameSize = 64 << 10 }
        try await ScriptedSession.run(adjust) { session in
            async let subscribing = session.client.subscribe(to: "s")
            let id = try await session.peer.confirmSubscription(behind: nil)
            var events = try await subscribing.events.makeAsyncIterator()
            // In one piece, so that the client reads all of it at once.
            let small = (0...1 as ClosedRange<Int64>).flatMap {
                ScriptedPeer.pushed(ResolvedRecord(event: ScriptedPeer.record($0), link: nil), id).framed
            }
            let large = Package(.streamEventAppeared, id, payload: Bytes([UInt8](repeating: 0, count: 65 << 10)))
            try await session.peer.send(small + large.framed)
            #expect(try await Self.take(2, &events) == [0, 1])
            await #expect { _ = try await events.next() } throws: {
                ($0 as? PhotonPumpError)?.code == .tooLarge
            }
        }
    }
}
