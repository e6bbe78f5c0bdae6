import EmbeddedEventStore
import PhotonPump
import Testing

@Suite(
    "Faults of what a server pushes", .timeLimit(.minutes(2)), .enabled(if: TestServer.isEmbedded, "injects faults"))
struct PushFaultTests {
    private static func run(_ body: (EmbeddedServer, Client) async throws -> Void) async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            var configuration = try TestServer.configuration(server.connectionString)
            configuration.reconnection.firstDelay = .milliseconds(1)
            configuration.reconnection.maximumDelay = .milliseconds(5)
            try await withClient(configuration, logger: .silent) { try await body(server, $0) }
        }
    }

    @Test("a subscription neither loses nor repeats an event, wherever the connection ends")
    func following() async throws {
        try await Self.run { server, client in
            let subscription = try await client.subscribe(to: "ponies")
            let fault = try await server.faults.add(.dropConnectionAfterPush(times: 10).skipping(3))
            var events = subscription.events.makeAsyncIterator()
            for number in 0..<60 as Range<Int64> {
                try await client.publish(Pony.events(1), to: "ponies")
                #expect(try await events.next()?.number == number)
            }
            #expect(fault.effectCount > 0)
        }
    }

    @Test("a group's consumer misses no event, wherever the connection ends")
    func consuming() async throws {
        try await Self.run { server, client in
            try await client.createSubscription("herd", to: "ponies")
            let herd = try await client.connectSubscription("herd", to: "ponies")
            let fault = try await server.faults.add(.dropConnectionAfterPush(times: 5).skipping(2))
            let handled = Observed<Set<Int64>>([])
            let processing = Task {
                try await herd.process { event in handled.update { $0 = $0.union([event.number]) } }
            }
            try await client.publish(Pony.events(40), to: "ponies")
            try await handled.wait { $0 == Set(0..<40) }
            #expect(fault.effectCount > 0)
            herd.stop()
            try await processing.value
        }
    }

    @Test("a subscription that the server ends begins again")
    func unsubscribed() async throws {
        try await Self.run { server, client in
            try await client.createSubscription("herd", to: "ponies")
            let herd = try await client.connectSubscription("herd", to: "ponies")
            let subscription = try await client.subscribe(to: "ponies")
            await server.dropSubscriptions()
            try await client.publish(Pony.events(2), to: "ponies")
            var (followed, delivered) = (subscription.events.makeAsyncIterator(), herd.events.makeAsyncIterator())
            for number in 0..<2 as Range<Int64> {
                #expect(try await followed.next()?.number == number)
                let event = try #require(try await delivered.next())
                #expect(event.number == number)
                herd.ack(event)
            }
        }
    }

    @Test(
        "a server that will not have a subscriber ends it with the reason",
        arguments: [
            (.accessDenied, .accessDenied), (.notFound, .subscriptionNotFound), (.deleted, .subscriptionDeleted),
            (.tooManySubscribers, .tooManySubscribers),
        ] as [(EmbeddedServer.DropReason, PhotonPumpError.Code)])
    func refused(reason: EmbeddedServer.DropReason, code: PhotonPumpError.Code) async throws {
        try await Self.run { server, client in
            try await client.createSubscription("herd", to: "ponies")
            let herd = try await client.connectSubscription("herd", to: "ponies")
            let subscription = try await client.subscribe(to: "ponies")
            await server.dropSubscriptions(reason)
            #expect(try await failure { for try await _ in herd.events {} }.code == code)
            #expect(try await failure { for try await _ in subscription.events {} }.code == code)
        }
    }
}
