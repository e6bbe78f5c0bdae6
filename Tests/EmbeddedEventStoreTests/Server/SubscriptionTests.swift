import PhotonPumpWire
import ScriptedPeers
import Testing

@testable import EmbeddedEventStore

/// Subscriptions over sockets: who is told of what, when, and what ends them.
@Suite(.timeLimit(.minutes(1))) struct SubscriptionTests {
    private static func withPeers(
        _ configuration: EmbeddedServer.Configuration = .patient,
        _ body: (EmbeddedServer, ScriptedPeer, ScriptedPeer) async throws -> Void
    ) async throws {
        try await withEmbeddedServer(configuration, logger: .silent) { server in
            try await body(server, .connect(to: server), .connect(to: server))
        }
    }

    @Test("a subscriber is told of what others write")
    func others() async throws {
        try await Self.withPeers { _, subscriber, writer in
            try await subscriber.subscribe("s")
            try await writer.write("ab")
            #expect(try await subscriber.told() == "0@s")
            #expect(try await subscriber.told() == "1@s")
            try await writer.expectSilence()
        }
    }

    @Test("events do not come after the end of their subscription, even when all was sent at once")
    func pipelined() async throws {
        try await Self.withPeers { _, client, _ in
            var bytes: [UInt8] = []
            func add(_ message: some WireMessage, _ command: Command, _ correlation: GUID) {
                bytes += RawClient.frame(Package(command, correlation, payload: message.encoded()))
            }
            let id = ScriptedPeer.subscription
            add(SubscribeToStream(stream: "s", resolveLinks: false), .subscribeToStream, id)
            for letter in "ab" {
                let events = [ProposedEvent(letter: letter)]
                let write = WriteEvents(stream: "s", expectedVersion: -2, events: events, requireMaster: true)
                add(write, .writeEvents, GUID(1, 1))
            }
            add(UnsubscribeFromStream(), .unsubscribeFromStream, id)
            try await client.send(bytes)
            var commands: [Command] = []
            for _ in 0..<6 { commands.append(try #require(await client.next()).command) }
            #expect(
                commands == [
                    .subscriptionConfirmation, .writeEventsCompleted, .streamEventAppeared, .writeEventsCompleted,
                    .streamEventAppeared, .subscriptionDropped,
                ])
        }
    }

    @Test("a subscriber that takes nothing is told so and given up; the others do not notice")
    func slow() async throws {
        var configuration = EmbeddedServer.Configuration.patient
        configuration.pendingSendLimit = 1 << 20
        try await Self.withPeers(configuration) { server, slow, writer in
            try await slow.subscribe("s")
            let quick = try await ScriptedPeer.connect(to: server)
            try await quick.subscribe("s")
            await slow.pauseReading()
            var written = 0
            // The sockets hold some megabytes.
            while await server.connectionCount == 3 {
                try #require(written < 40)
                try await writer.write("\(Character(UnicodeScalar(UInt8(written + 33))))", bytes: 1 << 20)
                #expect(try await quick.told() == "\(written)@s")
                written += 1
            }
            await slow.resumeReading()
            var last: Package?
            var count = 0
            while let package = try? await slow.next() {
                last = package
                count += 1
            }
            #expect(count <= written)
            // It says why, as far as the client takes it.
            if let last, last.command == .badRequest {
                #expect(last.correlation == .zero)
                #expect(last.payload.text.hasPrefix("Connection pending send bytes is too large: "))
            }
            try await writer.write("z")
            #expect(try await quick.told() == "\(written)@s")
        }
    }

    @Test("a server that stops drops its subscribers and then closes; one that starts again has forgotten them")
    func stop() async throws {
        let server = try await EmbeddedServer.startedOnOwnPorts()
        let (volatile, consumer) = (
            try await ScriptedPeer.connect(to: server), try await ScriptedPeer.connect(to: server)
        )
        try await volatile.subscribe("s")
        try await consumer.create()
        try await consumer.consume()
        await server.stop()
        for client in [volatile, consumer] {
            #expect(try await client.told() == "dropped 0")
            #expect(try await client.next() == nil)
        }
        try await server.start()
        let writer = try await ScriptedPeer.connect(to: server)
        try await writer.write("a")
        try await writer.expectSilence()
        await server.stop()
    }

    @Test("whoever loses a group hears of it before the one who has taken it away is answered")
    func dropsFirst() async throws {
        try await Self.withPeers { _, client, _ in
            try await client.create()
            try await client.consume()
            let update = UpdatePersistentSubscription(stream: "s", group: "g", settings: .tested)
            try await client.request(update, .updatePersistentSubscription)
            #expect(try await client.told() == "dropped 0")
            #expect(try await client.next()?.command == .updatePersistentSubscriptionCompleted)
            try await client.consume()
            let delete = DeletePersistentSubscription(stream: "s", group: "g")
            try await client.request(delete, .deletePersistentSubscription)
            #expect(try await client.told() == "dropped 0")
            #expect(try await client.next()?.command == .deletePersistentSubscriptionCompleted)
        }
    }

    @Test("events that the server's owner causes are told of, too")
    func owner() async throws {
        try await Self.withPeers { server, subscriber, _ in
            try await subscriber.subscribe("s")
            try await server.deleteStream("s", hard: true)
            #expect(try await subscriber.told() == "\(Int32.max)@s")
        }
    }

    @Test("what a consumer that is cut off had goes to another one")
    func cut() async throws {
        try await Self.withPeers { server, first, second in
            try await first.create()
            try await first.write("abc")
            try await first.consume(limit: 2)
            #expect(try await first.told() == "0@s")
            try await second.consume()
            #expect(try await second.told() == "2@s")
            await first.cut()
            #expect(try await second.told() == "0@s+1")
            #expect(try await second.told() == "1@s+1")
            try await server.waitForConnectionCount(1)
        }
    }

    @Test("what is not acknowledged in time comes again by itself")
    func timeout() async throws {
        var configuration = EmbeddedServer.Configuration.patient
        configuration.persistentSubscriptionTick = .milliseconds(5)
        try await Self.withPeers(configuration) { _, consumer, _ in
            try await consumer.create(.tested.with { ($0.messageTimeout, $0.maxRetryCount) = (20, 1) })
            try await consumer.write("a")
            try await consumer.consume()
            #expect(try await consumer.told() == "0@s")
            #expect(try await consumer.told() == "0@s+1")
            try await consumer.ack("a")
            try await consumer.expectSilence()
        }
    }

    @Test(
        "a group goes on from its checkpoint after a restart that keeps the data, and is gone after one that does not")
    func restart() async throws {
        let server = try await EmbeddedServer.startedOnOwnPorts()
        var client = try await ScriptedPeer.connect(to: server)
        try await client.create(.tested.with { $0.maxCheckpointCount = 2 })
        try await client.write("abc")
        try await client.consume()
        try await client.ack("ab")
        try await client.expectNoMore(than: 3)
        try await server.restart(keepingData: true)
        client = try await ScriptedPeer.connect(to: server)
        try await client.consume()
        #expect(try await client.told() == "2@s")
        try await server.restart(keepingData: false)
        client = try await ScriptedPeer.connect(to: server)
        let connect = ConnectToPersistentSubscription(stream: "s", group: "g", allowedInFlight: 1)
        try await client.request(connect, .connectToPersistentSubscription, as: ScriptedPeer.subscription)
        #expect(try await client.told() == "dropped 2")
        await server.stop()
    }

    @Test("the server's owner can have parked events delivered again")
    func replay() async throws {
        try await Self.withPeers { server, consumer, _ in
            try await consumer.create()
            try await consumer.write("a")
            try await consumer.consume()
            #expect(try await consumer.told() == "0@s")
            try await consumer.park("a")
            try await consumer.expectSilence()
            try await server.replayParkedEvents(of: "g", on: "s")
            #expect(try await consumer.told() == "0@s by 0@$persistentsubscription-s::g-parked")
            let error = await #expect(throws: EmbeddedServerError.self) {
                try await server.replayParkedEvents(of: "nope", on: "s")
            }
            #expect(error?.code == .noSuchGroup)
        }
    }

    @Test("a subscriber's confirmation can be lost, and its events come all the same")
    func faults() async throws {
        try await Self.withPeers { server, client, writer in
            _ = try await server.faults.add(.loseReply(to: .subscribe, times: 1))
            let subscribe = SubscribeToStream(stream: "s", resolveLinks: false)
            try await client.request(subscribe, .subscribeToStream, as: ScriptedPeer.subscription)
            try await client.expectSilence()
            try await writer.write("a")
            #expect(try await client.told() == "0@s")
        }
    }
}

extension ScriptedPeer {
    /// Takes `count` events, and expects that nothing else was said.
    fileprivate func expectNoMore(than count: Int) async throws {
        for _ in 0..<count { _ = try await self.told() }
        try await self.expectSilence()
    }
}
