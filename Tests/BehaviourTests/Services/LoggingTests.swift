import EmbeddedEventStore
import Logging
import PhotonPump
import ServiceLifecycleTestKit
import Testing

@Suite("Logs", .timeLimit(.minutes(1)), .enabled(if: TestServer.isEmbedded, "breaks connections"))
struct LoggingTests {
    private typealias Line = LogBook.Line

    /// Runs `body` with a client that logs to a book, whose lines must not tell its password.
    private static func run(_ body: (Client, LogBook, EmbeddedServer) async throws -> Void) async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            let book = LogBook()
            var configuration = try TestServer.configuration(server.connectionString)
            configuration.connectionName = "stable"
            try await withClient(configuration, logger: book.logger) { try await body($0, book, server) }
            for line in book.lines.value {
                #expect(line.metadata["connection"] == "stable")
                #expect(!"\(line)".contains("changeit"), "\(line)")
            }
        }
    }

    @Test("a client that nothing happens to logs nothing but what is for debugging, and no data")
    func quiet() async throws {
        try await Self.run { client, book, _ in
            try await client.publishEvent(to: "ponies", type: "PonyJumped", body: Pony(name: "Pinkie Pie"))
            #expect(try await client.get("ponies").events.count == 1)
            #expect(book.lines(from: .info).isEmpty)
            #expect(book.lines.value.allSatisfy { !"\($0)".contains("Pinkie") })
        }
    }

    @Test("each frame is logged for tracing, with its command, correlation id and length")
    func frames() async throws {
        try await Self.run { client, book, server in
            try await client.ping()
            let frames = book.lines.value.filter { $0.level == .trace && $0.message.hasPrefix("frame") }
            let sent = try #require(frames.first { $0.message == "frame sent" && $0.metadata["command"] == "Ping" })
            let received = try #require(
                frames.first { $0.message == "frame received" && $0.metadata["command"] == "Pong" })
            #expect(sent.metadata["correlationID"] == received.metadata["correlationID"])
            #expect(sent.metadata["length"] == "18")
            #expect(received.metadata["length"] == "18")
            let endpoint = "127.0.0.1:\(server.port)"
            #expect(sent.metadata["endpoint"] == endpoint)
            // The first frame has the password in it.
            #expect(frames.first?.metadata["command"] == "Authenticate")
        }
    }

    @Test("a call's own logger receives what is logged about the call, and nothing else does")
    func call() async throws {
        try await Self.run { client, book, server in
            let own = LogBook()
            try await server.faults.add(.answer(.notReady, to: .readEvent, times: 1))
            try await client.publish(Pony.events(1), to: "ponies")
            _ = try await client.getEvent(0, in: "ponies", options: CallOptions(logger: own.logger))
            let lines = own.lines.value
            #expect(lines.map(\.message) == ["request", "answer", "request refused for now", "request", "answer"])
            #expect(lines.map(\.level) == [.trace, .trace, .debug, .trace, .trace])
            #expect(lines.map { $0.metadata["attempt"] } == ["1", "1", "1", "2", "2"])
            #expect(Set(lines.map { $0.metadata["correlationID"] }).count == 1)
            #expect(lines.allSatisfy { $0.metadata["stream"] == "ponies" && $0.metadata["operation"] != nil })
            #expect(book.count("request refused for now", .debug) == 0)
        }
    }

    @Test("an interruption is one warning, and one line when it is over: of the connection and each subscription")
    func interruption() async throws {
        try await Self.run { client, book, server in
            try await client.publish(Pony.events(1), to: "ponies")
            try await client.createSubscription("herd", to: "ponies")
            var options = SubscriptionOptions()
            options.name = "counter"
            let subscription = try await client.subscribe(to: "ponies", options: options)
            let herd = try await client.connectSubscription("herd", to: "ponies")
            try await server.restart(keepingData: true)
            try await book.lines.wait { lines in lines.filter { $0.message == "subscription resumed" }.count == 2 }
            let lines = book.lines(from: .info)
            #expect(
                lines.map(\.message).sorted() == [
                    "connected", "connection lost", "subscription interrupted", "subscription interrupted",
                    "subscription resumed", "subscription resumed",
                ])
            #expect(lines.filter { $0.level == .warning }.count == 3)
            #expect(Set(lines.compactMap { $0.metadata["subscription"] }) == ["counter"])
            #expect(lines.filter { $0.metadata["group"] == "herd" && $0.metadata["stream"] == "ponies" }.count == 2)
            let interruptions = lines.filter { $0.message == "subscription interrupted" }
            #expect(interruptions.allSatisfy { $0.metadata["attempt"] != nil && $0.metadata["error"] != nil })
            subscription.stop()
            herd.stop()
        }
    }

    @Test("a client says that it has closed with its service group, after what it did")
    func shutdown() async throws {
        try await Self.run { client, book, _ in
            await testGracefulShutdown { trigger in
                async let running: Void = client.run()
                trigger.triggerGracefulShutdown()
                await running
            }
            #expect(book.lines(from: .info).map(\.message) == ["closed, as the service group shuts down"])
        }
    }
}
