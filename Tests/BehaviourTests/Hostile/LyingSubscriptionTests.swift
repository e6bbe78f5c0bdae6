import PhotonPump
import PhotonPumpWire
import ScriptedPeers
import Testing

@Suite("A server that lies to subscribers", .timeLimit(.minutes(2)))
struct LyingSubscriptionTests {
    /// The numbers of the next events.
    private static func take<Place>(
        _ count: Int, _ events: inout SubscriptionEvents<Place>.Iterator
    ) async throws -> [Int64] {
        var numbers: [Int64] = []
        while numbers.count < count, let event = try await events.next() { numbers.append(event.received.number) }
        return numbers
    }

    /// Expects that the connection is there, and nothing but a ping was asked for meanwhile.
    private static func expectService(_ session: ScriptedSession) async throws {
        async let ping = session.client.ping()
        let next = try #require(try await session.peer.next())
        #expect(next.command == .ping)
        try await session.peer.send(Package(.pong, next.correlation))
        _ = try await ping
    }

    private static func event(_ number: Int64) -> ResolvedRecord {
        ResolvedRecord(event: ScriptedPeer.record(number), link: nil)
    }

    @Test(
        "a server that lies to subscribers by leaving out events when it pushes has them read, each once and in order",
        arguments: [true, false])
    func skipped(isLive: Bool) async throws {
        try await ScriptedSession.run { session in
            let subscription = try await session.client.subscribe(to: "s", from: .start)
            let changes = subscription.changes
            var events = subscription.events.makeAsyncIterator()
            try await session.peer.answerRead(0...2)
            let first = try await session.peer.confirmSubscription(behind: isLive ? 2 : 4)
            if isLive {
                try await session.peer.push(3...4, first)
                #expect(try await Self.take(5, &events) == [0, 1, 2, 3, 4])
                try await session.peer.push(7...8, first)
            } else {
                // It has yet to read what was written before the confirmation.
                #expect(try await Self.take(3, &events) == [0, 1, 2])
                let request = try await session.peer.next(.readStreamEventsForward)
                try await session.peer.push(7...7, first)
                try await session.peer.answer(read: request, 3...4)
                #expect(try await session.peer.next(.unsubscribeFromStream).correlation == first)
                // That page did not show whether the last event is what it was.
                #expect(try await session.peer.answerRead(2...4) == 2)
                #expect(try await Self.take(2, &events) == [3, 4])
            }
            for await case .interrupted(_, let cause) in changes {
                #expect(cause.code == .unexpectedReply)
                #expect(cause.message.contains("event 7 and left out what comes before"), "\(cause)")
                break
            }
            let second: GUID
            if isLive {
                #expect(try await session.peer.next(.unsubscribeFromStream).correlation == first)
                #expect(try await session.peer.answerRead(5...7) == 4)
                second = try await session.peer.confirmSubscription(behind: 7)
            } else {
                second = try await session.peer.confirmSubscription(behind: 7)
                #expect(try await session.peer.answerRead(5...7) == 5)
            }
            // What it goes on pushing under the old id counts no more.
            try await session.peer.push(20...20, first)
            try await session.peer.push(8...8, second)
            #expect(try await Self.take(4, &events) == [5, 6, 7, 8])
        }
    }

    @Test("a server that lies to subscribers by repeating events, or going backwards, has each given once and in order")
    func repeated() async throws {
        try await ScriptedSession.run { session in
            async let subscribing = session.client.subscribe(to: "s")
            let id = try await session.peer.confirmSubscription(behind: 4)
            var events = try await subscribing.events.makeAsyncIterator()
            for number in [5, 5, 6, 4, 5, 0, .min, -1, 6, 7] as [Int64] {
                try await session.peer.push(Self.event(number), id)
            }
            #expect(try await Self.take(3, &events) == [5, 6, 7])
            try await Self.expectService(session)
        }
    }

    @Test("a server that lies to subscribers to $all by positions that jump back has no event given a second time")
    func positions() async throws {
        try await ScriptedSession.run { session in
            async let subscribing = session.client.subscribeToAll()
            let request = try await session.peer.next(.subscribeToStream)
            try await session.peer.confirm(
                request, SubscriptionConfirmation(lastCommitPosition: 1000, lastEventNumber: nil))
            let subscription = try await subscribing
            var events = subscription.events.makeAsyncIterator()
            for (number, position) in [(1, 2000), (2, 1500), (3, 2000), (4, .min), (5, 3000)] as [(Int64, Int64)] {
                try await session.peer.push(Self.event(number), request.correlation, at: position)
            }
            #expect(try await Self.take(2, &events) == [1, 5])
            // One that has filtered nothing, and has not come so far.
            for position in [10, -5] as [Int64] {
                let checkpoint = CheckpointReached(commitPosition: position, preparePosition: position)
                try await session.peer.send(
                    Package(.checkpointReached, request.correlation, payload: checkpoint.encoded()))
            }
            try await Self.expectService(session)
            #expect(subscription.status.lastPlace?.commit == 3000)
        }
    }

    @Test("a server that lies to subscribers by confirming twice ends that subscription with an error, and no other")
    func confirmedTwice() async throws {
        try await ScriptedSession.run { session in
            async let subscribing = session.client.subscribe(to: "s")
            let request = try await session.peer.next(.subscribeToStream)
            let confirmation = SubscriptionConfirmation(lastCommitPosition: 1000, lastEventNumber: 4)
            try await session.peer.confirm(request, confirmation)
            var events = try await subscribing.events.makeAsyncIterator()
            async let other = session.client.subscribe(to: "other")
            let otherID = try await session.peer.confirmSubscription(behind: 0)
            var others = try await other.events.makeAsyncIterator()
            try await session.peer.push(5...5, request.correlation)
            try await session.peer.confirm(request, confirmation)
            #expect(try await Self.take(1, &events) == [5])
            let error = try await failure { try await Self.take(1, &events) }
            #expect(error.code == .unexpectedReply && error.stream == "s")
            #expect(error.message.contains("SubscriptionConfirmation, which does not answer"), "\(error)")
            #expect(try await session.peer.next(.unsubscribeFromStream).correlation == request.correlation)
            try await session.peer.push(1...1, otherID)
            #expect(try await Self.take(1, &others) == [1])
        }
    }

    @Test("a server that lies to subscribers before it confirms, or once it has dropped them, is not listened to")
    func outside() async throws {
        try await ScriptedSession.run { session in
            async let subscribing = session.client.subscribe(to: "s")
            let request = try await session.peer.next(.subscribeToStream)
            // Under an id that nobody has, and that of a subscription that was not asked for.
            try await session.peer.push(90...91, GUID(90, 90))
            try await session.peer.confirm(
                Package(.subscribeToStream, GUID(91, 91)),
                SubscriptionConfirmation(lastCommitPosition: 1000, lastEventNumber: 4))
            #expect(try await session.peer.next(.unsubscribeFromStream).correlation == GUID(91, 91))
            try await session.peer.confirm(
                request, SubscriptionConfirmation(lastCommitPosition: 1000, lastEventNumber: 4))
            var events = try await subscribing.events.makeAsyncIterator()
            try await session.peer.push(5...5, request.correlation)
            for _ in 0..<2 { try await session.peer.drop(request.correlation, .accessDenied) }
            try await session.peer.push(6...9, request.correlation)
            #expect(try await Self.take(1, &events) == [5])
            #expect(try await failure { try await Self.take(1, &events) }.code == .accessDenied)
            #expect(try await Self.take(1, &events) == [])
            try await Self.expectService(session)
        }
    }

    @Test(
        "a server that lies to subscribers about why it drops them ends the subscription with the number of the reason")
    func strangeReason() async throws {
        try await ScriptedSession.run { session in
            async let subscribing = session.client.subscribe(to: "s")
            let request = try await session.peer.next(.subscribeToStream)
            try await session.peer.drop(request.correlation, .init(rawValue: 77))
            do {
                _ = try await subscribing
                Issue.record("subscribed")
            } catch let error as PhotonPumpError {
                #expect(error.code == .subscriptionDropped)
                #expect(error.message.contains("unknown reason 77"), "\(error)")
            }
            try await Self.expectService(session)
        }
    }

    @Test(
        "a server that lies to competing consumers by confirming or dropping twice, or too late, gives no event twice")
    func consumers() async throws {
        try await ScriptedSubscription.run { scripted in
            var events = scripted.subscription.events.makeAsyncIterator()
            let confirmation = PersistentSubscriptionConfirmation(
                lastCommitPosition: 0, subscriptionID: "somebody::else", lastEventNumber: nil)
            try await scripted.peer.send(
                Package(.persistentSubscriptionConfirmation, scripted.id, payload: confirmation.encoded()))
            try await scripted.peer.push([0], on: scripted.id)
            let event = try #require(try await events.next())
            #expect(scripted.subscription.ack(event) == .accepted)
            #expect(scripted.subscription.ack(event) == .expired)
            for _ in 0..<2 { try await scripted.peer.drop(scripted.id, .persistentSubscriptionDeleted) }
            try await scripted.peer.push([1], on: scripted.id)
            #expect(try await failure { try await events.next() }.code == .subscriptionDeleted)
            #expect(try await events.next() == nil)
        }
    }
}
