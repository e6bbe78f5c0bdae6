import EmbeddedEventStore
import InMemoryTracing
import PhotonPump
import Testing
import Tracing

@Suite("Tracing", .timeLimit(.minutes(1)), .enabled(if: TestServer.isEmbedded))
struct TracingArticleTests {
    private let web = W3CTracer(service: "a")
    private let worker = W3CTracer(service: "b")

    private func spans() -> [FinishedInMemorySpan] {
        (self.web.spans + self.worker.spans).sorted {
            $0.startInstant.nanosecondsSinceEpoch < $1.startInstant.nanosecondsSinceEpoch
        }
    }

    /// The documentation's example: a web server publishes an event, whose answer is lost, and a worker handles it.
    private func work(_ server: EmbeddedServer) async throws {
        let (url, snippets) = ("\(server.connectionString)?operationTimeout=50s", TracedPonies())
        try await server.faults.add(.dropConnection(.beforeReply, to: .writeEvents, times: 1))
        try await withClient(url, logger: .silent, tracer: self.web) { client in
            try await withTracer(self.web) {
                try await snippets.publishing(client, PonyJumped(pony: "Rarity", height: 9))
            }
        }
        try await withClient(url, logger: .silent, tracer: self.worker) { client in
            let following = Task { try await snippets.following(client, MemoryCheckpointStore<Int64>()) }
            for try await _ in try await client.subscribe(to: "medals", from: .start).events { break }
            following.cancel()
            await #expect(throws: CancellationError.self) { try await following.value }
        }
    }

    @Test("spans from publisher to handler are those of the documentation's example")
    func example() async throws {
        try await withEmbeddedServer(logger: .silent) { try await self.work($0) }
        let lines = self.lines(self.spans())
        print(lines.joined(separator: "\n"))
        #expect(try lines == Article("Tracing").example)
    }

    @Test("spans have the attributes of the documentation's table")
    func attributes() async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            try await self.work(server)
            try await withClient(server.connectionString, logger: .silent, tracer: self.worker) { client in
                try await client.publish(try Pony.events(2), to: "pony-1")
                _ = try await failure { _ = try await client.getEvent(0, in: "zebras") }
                var settings = PersistentSubscriptionSettings()
                settings.startFrom = .start
                try await client.createSubscription("herd", to: "pony-1", settings: settings)
                let herd = try await client.connectSubscription("herd", to: "pony-1")
                try await herd.process { _ in herd.stop() }
                var options = SubscriptionOptions()
                options.name = "herd"
                let subscription = try await client.subscribe(to: "pony-1", from: .start, options: options)
                try await subscription.process(savingTo: MemoryCheckpointStore()) { _ in subscription.stop() }
            }
        }
        var names: Set<String> = []
        func note(_ name: String, _: SpanAttribute) { names.insert(name) }
        for span in self.spans() { span.attributes.forEach(note) }
        let rows = try ["messaging.", "server.", "error."].flatMap { try Article("Tracing").rows(beginning: $0) }
        #expect(names == Set(rows.flatMap { Article.quoted($0[0]) }))
    }

    /// Each span on a line, below the one that it belongs to.
    private func lines(_ spans: [FinishedInMemorySpan], of parent: String? = nil, _ indent: String = "") -> [String] {
        spans.filter { $0.parentSpanID == parent }.flatMap { span in
            var words = ["span \(self.short(span.spanID)) of trace \(self.short(span.traceID))"]
            if span.kind != .internal { words.append("\(span.kind)") }
            words += span.origins.map { "link to \(self.short($0))" }
            let events = span.events.isEmpty ? "" : ": \(span.events.map(\.name).joined(separator: ", "))"
            return ["\(indent)\(span.operationName) (\(words.joined(separator: ", ")))\(events)"]
                + self.lines(spans, of: span.spanID, indent + "  ")
        }
    }

    private func short(_ id: String) -> String {
        "\(id.prefix(1))\(id.dropFirst().drop { $0 == "0" })"
    }
}
