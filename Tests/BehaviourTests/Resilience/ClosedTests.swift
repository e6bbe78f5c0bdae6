import EmbeddedEventStore
import PhotonPumpTransport
import Testing

@testable import PhotonPump

@Suite("S70: Closing", .timeLimit(.minutes(1)))
struct ClosedTests {
    /// Runs `body` with a stream of 20 events, and a client that it may close.
    private static func run(_ body: (Client, _ stream: String, _ other: Client) async throws -> Void) async throws {
        try await TestServer.withConfiguration { configuration in
            let client = try Client(configuration, logger: .silent)
            try await withClient(configuration, logger: .silent) { other in
                let stream = TestServer.newStream()
                try await other.publish(Pony.events(20), to: stream)
                try await body(client, stream, other)
            }
            await client.close()
        }
    }

    private static let eternity: Duration = .seconds(3600)

    @Test("closing leaves nothing to an iteration, not even the rest of its page", arguments: [5, 500])
    func iteration(pageSize: Int) async throws {
        try await Self.run { (client: Client, stream: String, _) async throws in
            var events = client.iter(stream, pageSize: pageSize).makeAsyncIterator()
            var all = client.iterAll(pageSize: pageSize).makeAsyncIterator()
            #expect(try await events.next()?.number == 0)
            _ = try await all.next()
            await client.close()
            #expect(try await failure { try await events.next() }.code == .clientClosed)
            #expect(try await failure { try await all.next() }.code == .clientClosed)
            #expect(try await events.next() == nil)
            var late = client.iter(stream).makeAsyncIterator()
            #expect(try await failure { try await late.next() }.code == .clientClosed)
        }
    }

    @Test("closing takes nothing back of an iteration that is through")
    func finished() async throws {
        try await Self.run { (client: Client, stream: String, _) async throws in
            var events = client.iter(stream).makeAsyncIterator()
            for number in 0..<20 as Range<Int64> { #expect(try await events.next()?.number == number) }
            await client.close()
            #expect(try await events.next() == nil)
        }
    }

    @Test("closing leaves nothing to a subscription, not even what has come", arguments: [5, 500])
    func subscription(pageSize: Int) async throws {
        try await Self.run { (client: Client, stream: String, _) async throws in
            var options = SubscriptionOptions()
            options.pageSize = pageSize
            let subscription = try await client.subscribe(to: stream, from: .start, options: options)
            var events = subscription.events.makeAsyncIterator()
            #expect(try await events.next()?.number == 0)
            await client.close()
            #expect(try await failure { try await events.next() }.code == .clientClosed)
            #expect(try await events.next() == nil)
            #expect(subscription.status.phase == .ended)
        }
    }

    @Test("closing lets no further handler begin, and ends follow with the reason", arguments: [1, 3])
    func follow(maxConcurrent: Int) async throws {
        try await Self.run { (client: Client, stream: String, _) async throws in
            let (store, journal, gate, started) = (ObservedStore<Int64>(), HandledEvents(), Barrier(), Gate())
            let following = Task {
                try await client.follow(stream, checkpoint: store, maxConcurrent: maxConcurrent) { event in
                    journal.note(event.number)
                    started.open()
                    await gate.pass()
                }
            }
            for _ in 0..<maxConcurrent { await started.pass() }
            await client.close()
            gate.open()
            #expect(try await failure { try await following.value }.code == .clientClosed)
            #expect(journal.all.count == maxConcurrent)
            #expect(store.history.last == .after(Int64(maxConcurrent - 1)), "those that were running count")
        }
    }

    @Test("closing with patience lets an iteration go on to its end, and no other begin")
    func patience() async throws {
        try await Self.run { (client: Client, stream: String, _) async throws in
            var events = client.iter(stream, pageSize: 3).makeAsyncIterator()
            #expect(try await events.next()?.number == 0)
            let changes = await client.changes
            let closing = await client.beginClosing()
            for number in 1..<20 as Range<Int64> { #expect(try await events.next()?.number == number) }
            var late = client.iter(stream).makeAsyncIterator()
            #expect(try await failure { try await late.next() }.code == .clientClosed)
            #expect(await client.status.phase == .connected)
            #expect(try await events.next() == nil)
            await closing.value
            for await _ in changes {}
        }
    }

    @Test("closing with patience lets calls make all of their requests")
    func manyRequests() async throws {
        try await Self.run { (client: Client, stream: String, other: Client) async throws in
            let (started, gate) = (Gate(), Gate())
            let editing = Task {
                try await client.editMetadata(of: stream) { metadata in
                    started.open()
                    await gate.pass()
                    metadata.maxCount = 7
                }
            }
            await started.pass()
            let closing = await client.beginClosing()
            gate.open()
            #expect(try await editing.value.maxCount == 7)
            await closing.value
            #expect(try await other.getMetadata(of: stream).metadata.maxCount == 7)
        }
    }

    @Test("closing with patience does not wait for an iteration that was left")
    func left() async throws {
        try await Self.run { (client: Client, stream: String, _) async throws in
            for try await event in client.iter(stream, pageSize: 3) where event.number == 4 { break }
            await client.close(drainingFor: Self.eternity)
        }
    }

    @Test("closing with patience cuts an iteration that takes longer")
    func impatience() async throws {
        try await Self.run { (client: Client, stream: String, _) async throws in
            var events = client.iter(stream, pageSize: 3).makeAsyncIterator()
            #expect(try await events.next()?.number == 0)
            await Task { await client.close(drainingFor: .milliseconds(20)) }.value
            #expect(try await failure { try await events.next() }.code == .clientClosed)
        }
    }

    @Test("closing with patience in a loop over events waits for all but the loop, which goes on to its end")
    func inLoop() async throws {
        try await Self.run { (client: Client, stream: String, _) async throws in
            let changes = await client.changes
            var numbers: [Int64] = []
            for try await event in client.iter(stream, pageSize: 3) {
                numbers.append(event.number)
                if event.number == 1 { await client.close(drainingFor: Self.eternity) }
            }
            #expect(numbers == Array(0..<20))
            for await _ in changes {}
        }
    }

    @Test("closing with patience in a handler waits for all but its worker, which saves its checkpoint")
    func inHandler() async throws {
        try await Self.run { client, stream, other in
            let name = TestServer.newStream("checkpoint")
            let store = StreamCheckpointStore<Int64>(stream: name, client: client)
            let changes = await client.changes
            try await client.follow(stream, checkpoint: store) { event in
                if event.number == 4 { await client.close(drainingFor: Self.eternity) }
            }
            for await _ in changes {}
            let saved = try await StreamCheckpointStore<Int64>(stream: name, client: other).load()
            #expect(saved == .after(4))
        }
    }

    @Test(
        "closing with patience among a group's events waits for all but what is done with them",
        arguments: [true, false])
    func inGroup(isLoop: Bool) async throws {
        try await Self.run { client, stream, other in
            var settings = PersistentSubscriptionSettings()
            settings.startFrom = .start
            try await other.createSubscription("herd", to: stream, settings: settings)
            let herd = try await client.connectSubscription("herd", to: stream)
            let (changes, journal) = (await client.changes, HandledEvents())
            if isLoop {
                for try await event in herd.events {
                    journal.note(event.number)
                    await client.close(drainingFor: Self.eternity)
                    #expect(herd.ack(event) == .accepted)
                }
            } else {
                try await herd.process { event in
                    journal.note(event.number)
                    await client.close(drainingFor: Self.eternity)
                }
            }
            for await _ in changes {}
            #expect(journal.all == [0])
            // It was acknowledged.
            let rest = try await other.connectSubscription("herd", to: stream)
            for try await event in rest.events {
                #expect(event.number == 1)
                break
            }
        }
    }
}

@Suite("S70: Closing, and what is asked for over HTTP", .timeLimit(.minutes(1)))
struct ClosedHTTPTests {
    @Test("a closed client refuses a request over HTTP")
    func closed() async throws {
        let client = try Client("tcp://127.0.0.1:1", logger: .silent)
        await client.close()
        let asking: [() async throws -> Void] = [
            { _ = try await client.subscriptionInfo("g", to: "s") },
            { try await client.replayParkedEvents(of: "g", to: "s") },
        ]
        for ask in asking {
            let error = try await failure(ask)
            #expect(error.code == .clientClosed)
            #expect(error.stream == "s")
        }
    }

    /// Runs `body` with a client of a cluster whose only seed accepts connections and says nothing, which it waits for.
    private static func withSilentSeed(_ body: (Client) async throws -> Void) async throws {
        let listener = try SocketListener(host: "127.0.0.1", port: 0, executor: QueueExecutor(label: "silent"))
        let seed = Endpoint(host: "127.0.0.1", port: listener.address.port)
        var configuration = Client.Configuration(endpoint: seed)
        configuration.target = .cluster(gossip: [seed])
        configuration.discovery.gossipTimeout = .seconds(50)
        try await body(try Client(configuration, logger: .silent))
        withExtendedLifetime(listener) {}
    }

    @Test("closing ends a request over HTTP, at once or when its time is over", arguments: [true, false])
    func underway(drains: Bool) async throws {
        try await Self.withSilentSeed { client in
            let options = CallOptions(timeout: .seconds(50))
            let asking = Task { try await client.subscriptionInfo("g", to: "s", options: options) }
            while await !client.isRequesting { await Task.yield() }
            if drains { await client.close(drainingFor: .milliseconds(20)) } else { await client.close() }
            let error = try await failure { try await asking.value }
            #expect(error.code == .clientClosed)
        }
    }

    @Test("a request over HTTP has a deadline that covers the search for the master")
    func deadline() async throws {
        try await Self.withSilentSeed { client in
            let asking = Task {
                try await client.subscriptionInfo("g", to: "s", options: CallOptions(timeout: .milliseconds(50)))
            }
            let error = try await failure { try await asking.value }
            #expect(error.code == .timedOut)
            #expect(try #require(error.elapsed) < .seconds(40))
            await client.close()
        }
    }
}

extension Client {
    /// Whether a request over HTTP is under way.
    fileprivate var isRequesting: Bool { !self.workers.areDone(besides: nil) }
}
