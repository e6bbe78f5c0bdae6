import PhotonPump
import Testing

@testable import EmbeddedEventStore

@Suite(
    "A connection on which nothing happens", .timeLimit(.minutes(1)),
    .enabled(if: TestServer.isEmbedded, "counts heartbeats"))
struct IdleTests {
    /// Runs `body` with a client that asks for a sign of life whenever nothing has come for a millisecond.
    private static func run(_ body: (EmbeddedServer, Client) async throws -> Void) async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            var configuration = try TestServer.configuration(server.connectionString)
            configuration.heartbeat.interval = .milliseconds(1)
            configuration.heartbeat.timeout = .seconds(50)
            try await withClient(configuration, logger: .silent) { try await body(server, $0) }
        }
    }

    @Test(
        "S12: a connection on which nothing happens keeps subscriptions of every kind connected, which get the next event"
    )
    func subscriptions() async throws {
        try await Self.run { server, client in
            try await client.createSubscription("herd", to: "ponies")
            let herd = try await client.connectSubscription("herd", to: "ponies")
            let following = [
                try await client.subscribe(to: "ponies"), try await client.subscribe(to: "ponies", from: .start),
            ]
            for subscription in following { await subscription.isLive(subscription.changes) }
            let (connection, consumption) = (await client.changes, herd.changes)
            let changes = following.map(\.changes)

            // To count them. There are as many in ten minutes, as a rule.
            let heartbeats = try await server.faults.add(.duplicateReply(to: .heartbeat))
            try await heartbeats.waitForEffect(count: 800)
            try await withClient(server.connectionString, logger: .silent) {
                try await $0.publish(Pony.events(1), to: "ponies")
            }
            var consumer = herd.events.makeAsyncIterator()
            #expect(try await consumer.next()?.number == 0)
            for subscription in following {
                var events = subscription.events.makeAsyncIterator()
                #expect(try await events.next()?.number == 0)
            }
            #expect(await server.connectionsAccepted == 2)
            await client.close()
            #expect(await connection.reduce(into: []) { $0.append($1.name) } == ["closed"])
            #expect(await consumption.upTo("ended").map(\.name) == ["ended"])
            for changes in changes { #expect(await changes.upTo("ended").map(\.name) == ["ended"]) }
        }
    }

    @Test("a connection on which nothing happens tells how long a heartbeat takes to be answered")
    func roundTrip() async throws {
        try await Self.run { server, client in
            let began = ContinuousClock.now
            let delay = Duration.milliseconds(20)
            let heartbeats = try await server.faults.add(.delayReply(to: .heartbeat, by: delay))
            // The first one may have been answered before there was a delay, and the last one may not have been yet.
            try await heartbeats.waitForEffect(count: 3)
            let roundTrip = try #require(await client.status.heartbeatRoundTrip)
            #expect(roundTrip >= delay)
            #expect(roundTrip <= .now - began)
        }
    }
}
