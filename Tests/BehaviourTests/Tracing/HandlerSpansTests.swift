import EmbeddedEventStore
import InMemoryTracing
import PhotonPump
import Testing
import Tracing

@Suite("Spans of handlers", .timeLimit(.minutes(1)), .enabled(if: TestServer.isEmbedded))
struct HandlerSpansTests {
    private let publisher = W3CTracer(service: "a")
    private let worker = W3CTracer(service: "b")

    /// With clients of a publisher and of a worker; the publisher has published two events in spans of their own, and an
    /// event without metadata was there before.
    private func run(_ body: (Client) async throws -> Void) async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            let url = "\(server.connectionString)?operationTimeout=50s"
            try await server.seed("pony-1", type: "PonyJumped", body: Pony(name: "0"))
            try await withClient(url, logger: .silent, tracer: self.publisher) { client in
                for name in ["1", "2"] { try await client.publishEvent(Pony(name: name).event(), to: "pony-1") }
            }
            try await withClient(url, logger: .silent, tracer: self.worker) { try await body($0) }
        }
        #expect(self.worker.memory.activeSpans.isEmpty)
    }

    /// The handlers' spans, which have links to those of the publisher.
    private func handled() throws -> [FinishedInMemorySpan] {
        let spans = self.worker.spans("process pony-{id}")
        #expect(spans.map(\.origins) == [[]] + self.publisher.spans.map { [$0.spanID] })
        let traces = self.publisher.spans.map(\.traceID)
        #expect(spans.dropFirst().map { $0.links.first?.context.inMemorySpanContext?.traceID } == traces)
        #expect(spans.allSatisfy { $0.kind == .consumer && $0.parentSpanID == nil })
        #expect(spans.map { $0.text("messaging.destination.name") } == ["pony-1", "pony-1", "pony-1"])
        #expect(spans.map { $0.number("messaging.eventstore.event.number") } == [0, 1, 2])
        #expect(spans.map { $0.text("messaging.eventstore.event.stream") } == ["pony-1", "pony-1", "pony-1"])
        return spans
    }

    @Test("each handler of follow has a span that has a link to its publisher's, and is that of the calls in it")
    func following() async throws {
        try await self.run { client in
            var options = SubscriptionOptions()
            options.name = "herd"
            let store = MemoryCheckpointStore<Int64>()
            await #expect(throws: HandlerError.self) {
                try await client.follow("pony-1", checkpoint: store, options: options) { event in
                    try await client.publishEvent(to: "medals", type: "MedalWon", data: "{}", isJSON: true)
                    if event.number == 2 { throw PonyError() }
                }
            }
        }
        let spans = try self.handled()
        #expect(spans.map { $0.text("messaging.destination.subscription.name") } == ["herd", "herd", "herd"])
        #expect(self.worker.spans("WriteEvents medals").map(\.parentSpanID) == spans.map(\.spanID))
        #expect(spans.map(\.errors.count) == [0, 0, 1])
        #expect(spans.last?.text("error.type") == "PonyError")
        #expect(spans.last?.status?.code == .error)
    }

    @Test("each handler of a persistent subscription has a span that has a link to its publisher's")
    func processing() async throws {
        try await self.run { client in
            var settings = PersistentSubscriptionSettings()
            settings.startFrom = .start
            try await client.createSubscription("herd", to: "pony-1", settings: settings)
            let herd = try await client.connectSubscription("herd", to: "pony-1")
            try await herd.process { event in if event.received.number == 2 { herd.stop() } }
        }
        let spans = try self.handled()
        #expect(spans.map { $0.text("messaging.consumer.group.name") } == ["herd", "herd", "herd"])
        #expect(spans.map { $0.number("messaging.eventstore.retry_count") } == [0, 0, 0])
    }

    @Test("a loop has such spans, too, and those of all streams say where their events come from")
    func loops() async throws {
        try await self.run { client in
            for try await event in try await client.subscribe(to: "pony-1", from: .start).events {
                try await client.withSpan(handling: event) { try await client.ping() }
                if event.number == 2 { break }
            }
        }
        let spans = try self.handled()
        #expect(self.worker.spans("Ping").map(\.parentSpanID) == spans.map(\.spanID))
    }

    @Test("a loop over what a persistent subscription delivers has such spans, too")
    func delivered() async throws {
        try await self.run { client in
            var settings = PersistentSubscriptionSettings()
            settings.startFrom = .start
            try await client.createSubscription("herd", to: "pony-1", settings: settings)
            let herd = try await client.connectSubscription("herd", to: "pony-1")
            for try await event in herd.events {
                let pony = try await client.withSpan(handling: event) { try event.decode(Pony.self) }
                #expect(pony.name == "\(event.number)")
                herd.ack(event)
                if event.number == 2 { break }
            }
        }
        #expect(try self.handled().map { $0.number("messaging.eventstore.retry_count") } == [0, 0, 0])
    }

    @Test("a handler within a span belongs to it")
    func ambient() async throws {
        try await self.run { client in
            try await self.worker.span("job") {
                let store = MemoryCheckpointStore<Position>()
                let filter = EventFilter.streams(prefixedBy: "pony-")
                await #expect(throws: HandlerError.self) {
                    try await client.followAll(matching: filter, checkpoint: store) { _ in throw PonyError() }
                }
            }
        }
        let job = try #require(self.worker.spans("job").first)
        let span = try #require(self.worker.spans("process $all").first)
        #expect(span.parentSpanID == job.spanID)
        #expect(span.text("messaging.eventstore.event.stream") == "pony-1")
    }

    @Test("without a tracer a loop's code just runs")
    func untraced() async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            try await server.seed("ponies", type: "PonyJumped", body: Pony(name: "0"))
            try await withClient(server.connectionString, logger: .silent) { client in
                let event = try await client.getEvent(0, in: "ponies")
                #expect(try await client.withSpan(handling: event) { event.type } == "PonyJumped")
                let delivered = DeliveredEvent(event)
                #expect(try await client.withSpan(handling: delivered) { event.type } == "PonyJumped")
            }
        }
    }
}

private struct PonyError: Error {}
