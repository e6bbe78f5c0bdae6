import EmbeddedEventStore
import MetricsTestKit
import PhotonPump
import Testing

@Suite("Metrics of subscriptions", .timeLimit(.minutes(1)), .enabled(if: TestServer.isEmbedded))
struct SubscriptionMetricsTests {
    private let metrics = TestMetrics()

    private func run(_ body: (Client) async throws -> Void) async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            let url = "\(server.connectionString)?operationTimeout=50s"
            try await withClient(url, logger: .silent, metrics: self.metrics) { client in
                try await client.publish(try Pony.events(10), to: "ponies")
                try await body(client)
            }
        }
    }

    private func value(_ name: String, _ dimensions: [String: String]) -> Int? {
        let label = "photonpump_\(name)"
        return Instrument.all(of: self.metrics).first { $0.name == label && $0.dimensions == dimensions }?.value
    }

    /// Returns when an instrument has such a value. Nobody tells when it changes; the client's pings set the pace.
    private func until(
        _ name: String, _ dimensions: [String: String], _ client: Client, _ isRight: (Int) -> Bool
    ) async throws {
        while !(self.value(name, dimensions).map(isRight) ?? false) { try await client.ping() }
    }

    private func until(
        _ name: String, _ dimensions: [String: String], is value: Int, _ client: Client
    ) async throws {
        try await self.until(name, dimensions, client) { $0 == value }
    }

    @Test("metrics tell how far a follower is, counted from what it has handled, and nothing once it is over")
    func follower() async throws {
        try await self.run { client in
            let gate = Gate()
            var options = SubscriptionOptions()
            options.name = "model"
            let following = Task { [options] in
                try await client.follow("ponies", checkpoint: MemoryCheckpointStore(), options: options) { event in
                    if event.number == 4 { await gate.pass() }
                }
            }
            // Numbers 4 to 9.
            try await self.until("subscription_lag_events", ["subscription": "model"], is: 6, client)
            gate.open()
            try await self.until("subscription_lag_events", ["subscription": "model"], is: 0, client)
            let stream = ["kind": "stream", "subscription": "model"]
            #expect(self.value("subscription_events_delivered_total", stream) == 10)
            #expect(self.value("subscriptions", stream) == 1)
            try await client.publish(try Pony.events(1), to: "ponies")
            try await self.until("subscription_events_delivered_total", stream, is: 11, client)
            following.cancel()
            await #expect(throws: CancellationError.self) { try await following.value }
            #expect(self.value("subscriptions", stream) == 0)
            #expect(self.value("subscription_lag_events", ["subscription": "model"]) == 0)
        }
    }

    @Test("metrics of subscriptions without a name add up")
    func unnamed() async throws {
        try await self.run { client in
            let stream = ["kind": "stream", "subscription": "unnamed"]
            let first = try await client.subscribe(to: "ponies", from: .start)
            let second = try await client.subscribe(to: "ponies", from: .after(4))
            #expect(self.value("subscriptions", stream) == 2)
            // None of them is iterated.
            try await self.until("subscription_events_buffered", stream, is: 15, client)
            try await self.until("subscription_lag_events", ["subscription": "unnamed"], is: 15, client)
            first.stop()
            #expect(self.value("subscriptions", stream) == 1)
            #expect(self.value("subscription_events_buffered", stream) == 5)
            second.stop()
            #expect(self.value("subscription_events_buffered", stream) == 0)
            #expect(self.value("subscription_lag_events", ["subscription": "unnamed"]) == 0)
        }
    }

    @Test("metrics tell how many bytes of the log a subscription to all streams is behind, also in history")
    func log() async throws {
        try await self.run { client in
            var options = SubscriptionOptions()
            options.name = "log"
            (options.pageSize, options.maximumBufferedEvents) = (2, 4)
            let subscription = try await client.subscribeToAll(from: .start, options: options)
            var events = subscription.events.makeAsyncIterator()
            _ = try await events.next()
            try await self.until("subscription_lag_bytes", ["subscription": "log"], client) { $0 > 0 }
            #expect(subscription.status.phase == .readingHistory)
            while let event = try await events.next(), event.stream != "ponies" || event.number < 9 {}
            subscription.stop()
            try await self.until("subscription_lag_bytes", ["subscription": "log"], is: 0, client)
        }
    }

    @Test("metrics tell what a consumer of a persistent subscription holds")
    func consumer() async throws {
        try await self.run { client in
            var settings = PersistentSubscriptionSettings()
            settings.startFrom = .start
            try await client.createSubscription("herd", to: "ponies", settings: settings)
            let herd = try await client.connectSubscription("herd", to: "ponies", bufferSize: 4, name: "herd")
            let persistent = ["kind": "persistent", "subscription": "herd"]
            try await self.until("subscription_events_in_flight", ["subscription": "herd"], is: 4, client)
            try await self.until("subscription_events_buffered", persistent, is: 4, client)
            var handled = 0
            for try await event in herd.events {
                herd.ack(event)
                handled += 1
                if handled == 10 { break }
            }
            try await self.until("subscriptions", persistent, is: 0, client)
            #expect(self.value("subscription_events_in_flight", ["subscription": "herd"]) == 0)
            #expect(self.value("subscription_events_buffered", persistent) == 0)
            #expect(self.value("subscription_events_delivered_total", persistent) == 10)
        }
    }
}
