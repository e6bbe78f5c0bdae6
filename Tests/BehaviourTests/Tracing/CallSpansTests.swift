import EmbeddedEventStore
import Foundation
import InMemoryTracing
import Testing
import Tracing

@testable import PhotonPump

@Suite("Spans of calls", .timeLimit(.minutes(1)), .enabled(if: TestServer.isEmbedded))
struct CallSpansTests {
    private let tracer = W3CTracer(service: "a")

    private func run(
        _ settings: String = "", _ body: (Client, EmbeddedServer) async throws -> Void
    ) async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            let url = "\(server.connectionString)?operationTimeout=50s&connectionName=stable\(settings)"
            try await withClient(url, logger: .silent, tracer: self.tracer) { try await body($0, server) }
        }
        #expect(self.tracer.memory.activeSpans.isEmpty)
    }

    /// The metadata of a stream's events, as they are stored.
    private func metadata(_ server: EmbeddedServer, of stream: String) async -> [String] {
        await server.events(in: stream).map { String(decoding: $0.metadata, as: UTF8.self) }
    }

    @Test("a published event carries the context of its publisher's span, and what it says of itself")
    func context() async throws {
        try await self.run { client, server in
            let member = #"{"a":1.50, "b" : "ü\u00fc"}"#
            let foreign = #"{"traceparent":"00-1-2-01"}"#
            let metadata = ["", "{}", member, foreign, "[1]", "text"]
            try await client.publish(
                metadata.map { NewEvent(type: "t", data: "{}", metadata: Payload($0), isJSON: true) }, to: "ponies")
            let mine = "\"traceparent\":\"\(try #require(self.tracer.spans.first).traceparent)\""
            let stored = await self.metadata(server, of: "ponies")
            let expected = ["{\(mine)}", "{\(mine)}", "{\(mine),\(member.dropFirst())", foreign, "[1]", "text"]
            #expect(stored == expected)
        }
        let span = try #require(self.tracer.spans.first)
        #expect((span.operationName, span.kind) == ("WriteEvents ponies", .producer))
        #expect(span.number("messaging.batch.message_count") == 6)
    }

    @Test("links, the server's streams and checkpoints carry no context")
    func withoutContext() async throws {
        try await self.run { client, server in
            try await client.publish([.link(to: 0, in: "ponies")], to: "links")
            try await client.publishEvent(to: "$own", type: "t", data: "{}", isJSON: true)
            try await client.editMetadata(of: "ponies") { $0.maxCount = 7 }
            let store = StreamCheckpointStore<Int64>(stream: "checkpoint", client: client)
            try await store.save(.after(3))
            for stream in ["links", "$own", "$$ponies", "checkpoint"] {
                #expect(await self.metadata(server, of: stream) == [""], "\(stream)")
            }
        }
        #expect(self.tracer.spans("WriteEvents checkpoint").map(\.kind) == [.client])
    }

    @Test("events of a transaction carry the context of the write that adds them")
    func transaction() async throws {
        try await self.run { client, server in
            try await client.withTransaction(on: "ponies") { try await $0.write([Pony(name: "a").event()]) }
            let write = try #require(self.tracer.spans("TransactionWrite ponies").first)
            #expect(await self.metadata(server, of: "ponies") == [#"{"traceparent":"\#(write.traceparent)"}"#])
        }
        let names = ["TransactionStart ponies", "TransactionWrite ponies", "TransactionCommit ponies"]
        #expect(self.tracer.spans.map(\.operationName) == names)
    }

    @Test("a span says which call it is of, of what, and to whom")
    func attributes() async throws {
        let event = try Pony(name: "a").event()
        try await self.run { client, _ in
            try await client.publish([event], to: "pony-1")
            _ = try await client.get("pony-1")
            try await client.ping()
        }
        let spans = self.tracer.spans
        #expect(spans.map(\.operationName) == ["WriteEvents pony-{id}", "ReadStreamEventsForward pony-{id}", "Ping"])
        #expect(spans.map(\.kind) == [.producer, .client, .client])
        #expect(spans.map { $0.text("messaging.operation.type") } == ["send", "receive", nil])
        #expect(spans.map { $0.text("messaging.destination.name") } == ["pony-1", "pony-1", nil])
        for span in spans {
            #expect(span.text("messaging.system") == "eventstore")
            #expect(span.text("messaging.client.id") == "stable")
            #expect(span.text("server.address") == "localhost" || span.text("server.address") == "127.0.0.1")
            #expect(try #require(span.number("server.port")) > 0)
            #expect(span.events.map(\.name) == ["request sent"])
            #expect(span.parentSpanID == nil)
        }
        #expect(spans[0].text("messaging.message.id") == event.id.uuidString.lowercased())
        #expect(spans[0].text("messaging.eventstore.event.type") == "PonyJumped")
    }

    @Test("calls belong to the span that they are made in")
    func parents() async throws {
        try await self.run { client, _ in
            try await self.tracer.span("request") { _ = try await client.ping() }
        }
        let request = try #require(self.tracer.spans("request").first)
        #expect(self.tracer.spans("Ping").map(\.parentSpanID) == [request.spanID])
    }

    @Test("a write whose answer is lost has one span with its attempts, and its events one context")
    func attempts() async throws {
        try await self.run { client, server in
            try await server.faults.add(.dropConnection(.beforeReply, to: .writeEvents, times: 1))
            try await client.publish(try Pony.events(1), to: "ponies", expecting: .noStream)
            let span = try #require(self.tracer.spans("WriteEvents ponies").first)
            #expect(span.events.map(\.name) == ["request sent", "answer lost", "request sent"])
            #expect(span.status?.code != .error)
            #expect(await self.metadata(server, of: "ponies") == [#"{"traceparent":"\#(span.traceparent)"}"#])
        }
        #expect(self.tracer.spans.count == 1)
    }

    @Test("a write that is looked for, and made again, has one span")
    func settled() async throws {
        try await self.run { client, server in
            try await server.faults.add(.dropConnection(.beforeHandling, to: .writeEvents, times: 1))
            try await client.publish(try Pony.events(1), to: "ponies")
            let span = try #require(self.tracer.spans("WriteEvents ponies").first)
            #expect(span.events.map(\.name) == ["request sent", "answer lost", "request sent"])
            #expect(await self.metadata(server, of: "ponies") == [#"{"traceparent":"\#(span.traceparent)"}"#])
        }
        #expect(self.tracer.spans("WriteEvents ponies").count == 1)
    }

    @Test("a call that fails or is cancelled says so in its span")
    func failures() async throws {
        try await self.run { client, server in
            _ = try await failure { _ = try await client.getEvent(0, in: "zebras") }
            let hold = try await server.faults.add(.holdReply(to: .ping, times: 1))
            let call = Task { try await client.ping() }
            try await hold.waitForEffect()
            call.cancel()
            await #expect(throws: CancellationError.self) { try await call.value }
        }
        #expect(self.tracer.spans.map { $0.text("error.type") } == ["streamNotFound", "cancelled"])
        #expect(self.tracer.spans.allSatisfy { $0.status?.code == .error && $0.errors.count == 1 })
    }

    @Test("pages of iterations and subscriptions have no spans")
    func pages() async throws {
        try await self.run { client, _ in
            for try await _ in client.iter("ponies", pageSize: 1, missingIsEmpty: true) {}
        }
        #expect(self.tracer.spans.isEmpty)
    }

    @Test("the settings say whether there are spans, and whether events carry their context")
    func settings() async throws {
        try await self.run("&tracing=spans") { client, server in
            try await client.publish(try Pony.events(1), to: "ponies")
            #expect(await self.metadata(server, of: "ponies") == [""])
        }
        #expect(self.tracer.spans.map(\.kind) == [.client])
        try await self.run("&tracing=off") { client, server in
            try await client.publish(try Pony.events(1), to: "ponies")
            #expect(await self.metadata(server, of: "ponies") == [""])
        }
        #expect(self.tracer.spans.count == 1)
    }

    @Test("the tracer that is bootstrapped when a client is created is that of the client")
    func bootstrapped() throws {
        #expect(try Client("tcp://localhost").tracing == nil)
        let client = try withTracer(self.tracer) { try Client("tcp://localhost") }
        #expect(client.tracing != nil)
    }
}
