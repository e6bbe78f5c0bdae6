import EmbeddedEventStore
import Foundation
import Logging
import PhotonPump
import ServiceLifecycle
import ServiceLifecycleTestKit
import Testing
import UnixSignals

@Suite(
    "Consumers in a service group", .timeLimit(.minutes(1)),
    .enabled(if: TestServer.isEmbedded, "needs a server of its own"))
struct ShutdownTests {
    /// Runs `body` with a client of a server that has three ponies, and a group on them.
    private static func run(_ body: (Client, EmbeddedServer) async throws -> Void) async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            try await withClient(server.connectionString, logger: .silent) { client in
                try await client.publish(Pony.events(3), to: "ponies")
                var settings = PersistentSubscriptionSettings()
                settings.startFrom = 0
                try await client.createSubscription("herd", to: "ponies", settings: settings)
            }
            try await body(try Client(server.connectionString, logger: .silent), server)
        }
    }

    /// Whether the group has nothing left to deliver but what is written now.
    private static func isHerdDone(_ server: EmbeddedServer) async throws {
        try await withClient(server.connectionString, logger: .silent) { client in
            try await client.publish(Pony.events(1), to: "ponies")
            let herd = try await client.connectSubscription("herd", to: "ponies")
            for try await event in herd.events {
                #expect(event.number == 3)
                herd.ack(event)
                break
            }
        }
    }

    @Test(
        "S81: every way of consuming ends cleanly when its group shuts down, after the handlers",
        arguments: Consumption.allCases)
    func ends(consumption: Consumption) async throws {
        try await Self.run { client, server in
            let seen = HandledEvents()
            let consumer = Consumer(consumption: consumption, client: client) { seen.note($0.number) }
            let group = ServiceGroup(
                services: [client, consumer], gracefulShutdownSignals: [.sigusr2], logger: .silent)
            async let running: Void = group.run()
            await seen.next(3)
            kill(getpid(), SIGUSR2)
            try await running
            #expect(seen.all == [0, 1, 2])
            #expect(await client.status.phase == .closed)
            if consumption.savesNumbers { #expect(consumer.store.history.last == .after(2)) }
            if consumption.isPersistent { try await Self.isHerdDone(server) }
        }
    }

    @Test(
        "S66, S81: a shutdown in the midst of an event lets that one be handled, and no other",
        arguments: Consumption.allCases)
    func endsWithin(consumption: Consumption) async throws {
        try await Self.run { client, server in
            let (seen, gate) = (HandledEvents(), Gate())
            let consumer = Consumer(consumption: consumption, client: client) {
                seen.note($0.number)
                await gate.pass()
            }
            try await testGracefulShutdown { trigger in
                async let running: Void = consumer.run()
                await seen.next(1)
                trigger.triggerGracefulShutdown()
                gate.open()
                try await running
            }
            #expect(seen.all == [0])
            if consumption.savesNumbers { #expect(consumer.store.history.last == .after(0)) }
            // What was acknowledged arrives although the client closes right after.
            await client.close(drainingFor: .seconds(50))
            #expect(try await failure { try await client.ping() }.code == .clientClosed)
            if consumption.isPersistent {
                try await withClient(server.connectionString, logger: .silent) { client in
                    let herd = try await client.connectSubscription("herd", to: "ponies")
                    for try await event in herd.events {
                        #expect(event.number == 1)
                        break
                    }
                }
            }
        }
    }

    @Test("S81: consuming that begins during a shutdown ends at once", arguments: Consumption.allCases)
    func endsAtOnce(consumption: Consumption) async throws {
        try await Self.run { client, _ in
            let seen = HandledEvents()
            let consumer = Consumer(consumption: consumption, client: client) { seen.note($0.number) }
            try await testGracefulShutdown { trigger in
                trigger.triggerGracefulShutdown()
                try await consumer.run()
            }
            #expect(seen.all == [])
            await client.close()
        }
    }

    /// Is in no hurry to shut down, and keeps those that are listed before it from learning of the shutdown.
    private struct Laggard: Service {
        func run() async throws {
            try await gracefulShutdown()
            let (never, source) = AsyncStream.makeStream(of: Void.self)
            for await _ in never {}
            withExtendedLifetime(source) {}
        }
    }

    @Test(
        "where a client is closed before its consumers, they fail and say how to list them",
        arguments: Consumption.allCases)
    func listedWrongly(consumption: Consumption) async throws {
        try await Self.run { client, _ in
            let seen = HandledEvents()
            let consumer = Consumer(consumption: consumption, client: client) { seen.note($0.number) }
            let group = ServiceGroup(services: [consumer, Laggard(), client], logger: .silent)
            let running = Task { try await group.run() }
            await seen.next(3)
            await group.triggerGracefulShutdown()
            let error = try await failure { try await running.value }
            #expect(error.code == .clientClosed)
            #expect("\(error)".contains("list the client before the services that use it"), "\(error)")
            if consumption.savesNumbers { #expect(consumer.store.history.last == .after(2)) }
        }
    }

    @Test("consumers in plain tasks fail when the client's group shuts down", arguments: Consumption.allCases)
    func plainTask(consumption: Consumption) async throws {
        try await Self.run { client, _ in
            let seen = HandledEvents()
            let consumer = Consumer(consumption: consumption, client: client) { seen.note($0.number) }
            let consuming = Task { try await consumer.run() }
            await seen.next(3)
            await testGracefulShutdown { trigger in
                async let running: Void = client.run()
                trigger.triggerGracefulShutdown()
                await running
            }
            let error = try await failure { try await consuming.value }
            #expect(error.code == .clientClosed)
            #expect("\(error)".contains("list the client before the services that use it"), "\(error)")
        }
    }

    @Test("a subscription from the end that is being made ends with a shutdown")
    func subscribing() async throws {
        try await Self.run { client, server in
            let hold = try await server.faults.add(.holdReply(to: .subscribe))
            let events = try await testGracefulShutdown { trigger in
                let subscription = Task { try await client.subscribe(to: "ponies") }
                try await hold.waitForEffect()
                trigger.triggerGracefulShutdown()
                return try await subscription.value.events
            }
            for try await _ in events { Issue.record("nothing should come") }
            await client.close()
        }
    }

    @Test("reading and publishing to the end goes on during a shutdown")
    func reads() async throws {
        try await Self.run { client, _ in
            let events = try Pony.events(100)
            let (sequence, source) = AsyncStream.makeStream(of: NewEvent.self)
            for event in events { source.yield(event) }
            source.finish()
            try await testGracefulShutdown { trigger in
                trigger.triggerGracefulShutdown()
                #expect(try await client.publish(sequence, to: "herd", batchSize: 7).eventCount == 100)
                var count = 0
                for try await _ in client.iter("herd", pageSize: 7) { count += 1 }
                #expect(count == 100)
                for try await event in client.iterAll(pageSize: 7) where event.stream == "herd" { count += 1 }
                #expect(count == 200)
            }
            await client.close()
        }
    }
}
