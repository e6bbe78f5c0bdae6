import EmbeddedEventStore
import PhotonPump
import Synchronization
import Testing

@Suite("Persistent subscriptions", .timeLimit(.minutes(1)))
struct PersistentSubscriptionTests {
    /// Runs `body` with a subscription `herd`, from its first event on, to a stream of so many events.
    private static func withHerd(
        _ count: Int = 0,
        _ adjust: (inout PersistentSubscriptionSettings) -> Void = { _ in },
        _ body: (Client, _ stream: String) async throws -> Void
    ) async throws {
        try await TestServer.withClient { client in
            try await Self.makeHerd(client, count, adjust, body)
        }
    }

    private static func makeHerd(
        _ client: Client,
        _ count: Int,
        _ adjust: (inout PersistentSubscriptionSettings) -> Void = { _ in },
        _ body: (Client, _ stream: String) async throws -> Void
    ) async throws {
        let stream = TestServer.newStream("persistent")
        if count > 0 { try await client.publish(try Pony.events(count), to: stream) }
        var settings = PersistentSubscriptionSettings()
        settings.startFrom = .start
        adjust(&settings)
        try await client.createSubscription("herd", to: stream, settings: settings)
        try await body(client, stream)
    }

    /// The numbers of the next events, which are acknowledged.
    private static func consume(_ count: Int, from subscription: PersistentSubscription) async throws -> [Int64] {
        var numbers: [Int64] = []
        for try await event in subscription.events {
            numbers.append(event.received.number)
            subscription.ack(event)
            if numbers.count == count { break }
        }
        return numbers
    }

    @Test("persistent subscriptions deliver what is there and what comes, more than fit the buffer, in order")
    func consuming() async throws {
        try await Self.withHerd(60) { client, stream in
            let herd = try await client.connectSubscription("herd", to: stream, bufferSize: 7)
            let consuming = Task { try await Self.consume(100, from: herd) }
            try await client.publish(try Pony.events(40), to: stream)
            #expect(try await consuming.value == Array(0..<100))
        }
    }

    @Test("persistent subscriptions share their events among consumers")
    func competing() async throws {
        try await Self.withHerd(0) { client, stream in
            let consumers = [
                try await client.connectSubscription("herd", to: stream),
                try await client.connectSubscription("herd", to: stream),
            ]
            let seen = Observed<[Int64]>([])
            try await withThrowingTaskGroup(of: Void.self) { group in
                for consumer in consumers {
                    group.addTask {
                        try await consumer.process(maxConcurrent: 3) { event in
                            if seen.update({
                                $0.append(event.number)
                                return $0.count
                            }) == 200 {
                                for consumer in consumers { consumer.stop() }
                            }
                        }
                    }
                }
                try await client.publish(try Pony.events(200), to: stream)
                try await group.waitForAll()
            }
            #expect(seen.value.sorted() == Array(0..<200))
        }
    }

    @Test(
        "persistent subscriptions deliver what was not acknowledged, or refused, again; and nothing else, to whoever comes next"
    )
    func again() async throws {
        try await Self.withHerd(5) { client, stream in
            let first = try await client.connectSubscription("herd", to: stream)
            for try await event in first.events {
                switch event.number {
                case 1: first.nack(event, action: .retry)
                case 2: first.nack(event, action: .skip)
                case 3: break
                default: first.ack(event)
                }
                if event.retryCount == 1 {
                    #expect(event.number == 1)
                    break
                }
            }
            let second = try await client.connectSubscription("herd", to: stream)
            try await client.publish(try Pony.events(1), to: stream)
            var numbers: Set<Int64> = []
            for try await event in second.events {
                numbers.insert(event.number)
                second.ack(event)
                if numbers.contains(5), numbers.contains(3) { break }
            }
            #expect(numbers.isSubset(of: [1, 3, 5]))
        }
    }

    @Test(
        "S43: persistent subscriptions go on with links, more of them than the buffer holds, which are what is acknowledged"
    )
    func links() async throws {
        try await Self.withHerd { settings in
            settings.resolveLinks = true
        } _: { client, stream in
            let target = TestServer.newStream("target")
            try await client.publish(try Pony.events(30), to: target)
            let herd = try await client.connectSubscription("herd", to: stream, bufferSize: 4)
            let links = (0..<30).map { NewEvent.link(to: Int64($0), in: target) }
            try await client.publish(links, to: stream)
            var numbers: [Int64] = []
            for try await event in herd.events {
                #expect(event.stream == target)
                #expect(event.link?.stream == stream)
                numbers.append(event.number)
                herd.ack(event)
                if numbers.count == 30 { break }
            }
            #expect(numbers == Array(0..<30))
        }
    }

    enum Ending: CaseIterable {
        case stop, draining, cancellation
    }

    @Test(
        "S46: persistent subscriptions remember all that handlers have dealt with when the processing ends, however it does",
        arguments: Ending.allCases)
    func flushed(_ ending: Ending) async throws {
        try await Self.withHerd(50) { client, stream in
            let other = try Client(client.configuration, logger: .silent)
            let herd = try await other.connectSubscription("herd", to: stream, bufferSize: 50)
            let seen = Observed<[Int64]>([])
            let processing = Task {
                try await herd.process(maxConcurrent: 4) { event in
                    seen.update { $0.append(event.number) }
                }
            }
            try await client.publish(try Pony.events(1), to: stream)
            try await seen.wait { Set($0).count == 51 }
            switch ending {
            case .stop: herd.stop()
            case .draining: await other.close(drainingFor: .seconds(50))
            case .cancellation: processing.cancel()
            }
            let result = await processing.result
            if ending == .cancellation {
                #expect(throws: CancellationError.self) { try result.get() }
            } else {
                try result.get()
            }
            await other.close()
            try await client.publish(try Pony.events(1), to: stream)
            let next = try await client.connectSubscription("herd", to: stream)
            #expect(try await Self.consume(1, from: next) == [51])
        }
    }

    @Test(
        "S52: persistent subscriptions are created with any strategy that the server knows, once, updated and deleted")
    func managing() async throws {
        try await Self.withHerd { client, stream in
            var settings = PersistentSubscriptionSettings()
            for strategy in [.dispatchToSingle, .pinned, .roundRobin] as [PersistentSubscriptionSettings.Strategy] {
                settings.strategy = strategy
                try await client.createSubscription("\(strategy)", to: stream, settings: settings)
            }
            let again = try await failure { try await client.createSubscription("herd", to: stream) }
            #expect(again.code == .subscriptionExists)
            settings.strategy = .named("Nonsense")
            let unknown = try await failure {
                try await client.updateSubscription("herd", to: stream, settings: settings)
            }
            #expect(unknown.code == .serverError)
            #expect(unknown.serverMessage?.contains("Nonsense") == true)
            try await client.deleteSubscription("herd", to: stream)
            let gone = try await failure { try await client.deleteSubscription("herd", to: stream) }
            #expect(gone.code == .subscriptionNotFound)
            let missing = try await failure { try await client.connectSubscription("herd", to: stream) }
            #expect(missing.code == .subscriptionNotFound)
            let nobody = CallOptions(credentials: Credentials(username: "nobody", password: "x"))
            let stranger = try await failure { try await client.createSubscription("x", to: stream, options: nobody) }
            #expect(stranger.code == .notAuthenticated)
        }
    }

    @Test("S51: persistent subscriptions go on when they are updated, and end for good when they are deleted")
    func changed() async throws {
        try await Self.withHerd(1) { client, stream in
            let herd = try await client.connectSubscription("herd", to: stream)
            let changes = herd.changes
            var events = herd.events.makeAsyncIterator()
            herd.ack(try #require(try await events.next()))
            var settings = PersistentSubscriptionSettings()
            settings.startFrom = .start
            try await client.updateSubscription("herd", to: stream, settings: settings)
            for await change in changes { if case .connected = change { break } }
            try await client.publish(try Pony.events(1), to: stream)
            var last = try #require(try await events.next())
            // The acknowledgement may have come too late for the server's memory.
            if last.number == 0 { last = try #require(try await events.next()) }
            #expect(last.number == 1)
            try await client.deleteSubscription("herd", to: stream)
            let error = try await failure { try await events.next() }
            #expect([.subscriptionNotFound, .subscriptionDeleted].contains(error.code))
            #expect(herd.status.phase == .ended, "it does not try again")
        }
    }

    @Test("S51: persistent subscriptions have no room for more consumers than they may have")
    func full() async throws {
        try await Self.withHerd { settings in
            settings.maximumSubscriberCount = 1
        } _: { client, stream in
            let herd = try await client.connectSubscription("herd", to: stream)
            let error = try await failure { try await client.connectSubscription("herd", to: stream) }
            #expect(error.code == .tooManySubscribers)
            herd.stop()
        }
    }

    @Test(
        "S41: persistent subscriptions go on when the server restarts",
        .enabled(if: TestServer.isEmbedded, "restarts the server"))
    func restart() async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            try await withClient(TestServer.configuration(server.connectionString), logger: .silent) { client in
                try await Self.makeHerd(client, 3) { client, stream in
                    let herd = try await client.connectSubscription("herd", to: stream)
                    let seen = Observed<[Int64]>([])
                    async let processing: Void = herd.process { event in seen.update { $0.append(event.number) } }
                    try await seen.wait { Set($0).count == 3 }
                    try await server.restart(keepingData: true)
                    try await client.publish(try Pony.events(3), to: stream)
                    try await seen.wait { Set($0).count == 6 }
                    herd.stop()
                    try await processing
                    #expect(Set(seen.value) == Set(0..<6))
                }
            }
        }
    }

    @Test(
        "S42: persistent subscriptions connect at the master, where the node that was it sends the client, and follow it from there",
        .enabled(if: TestServer.isEmbedded, "moves the master"), arguments: [false, true])
    func master(isKilled: Bool) async throws {
        try await withEmbeddedCluster(logger: .silent) { cluster in
            try await withClient(TestServer.configuration(cluster.connectionString), logger: .silent) { client in
                try await Self.makeHerd(client, 3) { client, stream in
                    // Connections stay: the client learns of it by being refused.
                    try await cluster.moveMaster(to: 2)
                    #expect(await client.status.endpoint?.port == cluster.nodes[0].port)
                    let herd = try await client.connectSubscription("herd", to: stream)
                    #expect(await client.status.endpoint?.port == cluster.nodes[2].port)
                    let seen = Observed<[Int64]>([])
                    async let processing: Void = herd.process { event in seen.update { $0.append(event.number) } }
                    try await seen.wait { Set($0).count == 3 }
                    if isKilled { try await cluster.kill(2) } else { try await cluster.moveMaster(to: 1) }
                    try await client.publish(try Pony.events(3), to: stream)
                    try await seen.wait { Set($0).count == 6 }
                    herd.stop()
                    try await processing
                    #expect(Set(seen.value) == Set(0..<6))
                }
            }
        }
    }

    @Test("persistent subscriptions have the events they parked read one after another, with the reasons")
    func parkedEvents() async throws {
        try await Self.withHerd(4) { client, stream in
            let none = client.parkedEvents(of: "herd", to: stream)
            #expect(try await none.reduce(0) { count, _ in count + 1 } == 0)
            let herd = try await client.connectSubscription("herd", to: stream)
            var events = herd.events.makeAsyncIterator()
            for reason in ["lame", "old\nand gray", nil] {
                herd.nack(try #require(try await events.next()), action: .park, reason: reason)
            }
            var parked: [ParkedEvent] = []
            while parked.count < 3 {
                parked = try await client.parkedEvents(of: "herd", to: stream).reduce(into: []) { $0.append($1) }
            }
            #expect(parked.map(\.event.number) == [0, 1, 2])
            #expect(
                parked.map(\.event.received.stream)
                    == Array(repeating: StreamName.parked(of: "herd", to: stream), count: 3))
            let words = parked[0].note?.split(whereSeparator: \.isNewline).first.map(String.init)
            #expect(parked.map(\.reason) == ["lame", "old\nand gray", words])
            #expect(parked[0].note?.hasSuffix("lame") == true && words?.isEmpty == false)
            let last = client.parkedEvents(of: "herd", to: stream, direction: .backward, limit: 1)
            #expect(try await last.reduce(into: []) { $0.append($1.event.number) } == [2])
        }
    }

    @Test(
        "persistent subscriptions tell how they are getting on, and deliver parked events again, over HTTP",
        .enabled(if: TestServer.isEmbedded, "asks the embedded server's HTTP port"))
    func parked() async throws {
        var configuration = EmbeddedServer.Configuration()
        configuration.httpPort = 0
        try await withEmbeddedServer(configuration, logger: .silent) { server in
            let httpPort = try #require(server.httpPort)
            try await withClient(TestServer.configuration(server.connectionString), logger: .silent) { client in
                try await Self.makeHerd(client, 2) { client, stream in
                    let herd = try await client.connectSubscription("herd", to: stream)
                    var events = herd.events.makeAsyncIterator()
                    herd.nack(try #require(try await events.next()), action: .park, reason: "lame")
                    _ = try await events.next()
                    let info = try await client.subscriptionInfo("herd", to: stream, httpPort: httpPort)
                    #expect(info.connectionCount == 1)
                    #expect(info.inFlightCount == 1)
                    #expect(info.json.text.contains("herd"))
                    try await client.replayParkedEvents(of: "herd", to: stream, httpPort: httpPort)
                    let replayed = try #require(try await events.next())
                    #expect(replayed.number == 0)
                    #expect(replayed.link?.stream == "$persistentsubscription-\(stream)::herd-parked")
                    #expect(herd.ack(replayed) == .accepted)

                    let missing = try await failure {
                        try await client.subscriptionInfo("flock", to: stream, httpPort: httpPort)
                    }
                    #expect(missing.code == .subscriptionNotFound)
                    let stranger = CallOptions(credentials: Credentials(username: "nobody", password: "x"))
                    let refused = try await failure {
                        try await client.replayParkedEvents(
                            of: "herd", to: stream, httpPort: httpPort, options: stranger)
                    }
                    #expect([.accessDenied, .notAuthenticated].contains(refused.code))
                }
            }
        }
    }
}
