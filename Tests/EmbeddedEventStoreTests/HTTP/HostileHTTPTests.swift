import Foundation
import PhotonPumpTransport
import PhotonPumpWire
import ScriptedPeers
import Testing

@testable import EmbeddedEventStore

/// HTTP clients that want to keep a server from serving others.
@Suite("Hostile HTTP clients", .timeLimit(.minutes(1)))
struct HostileHTTPTests {
    /// What a client sends: a beginning, and then the same thing without end.
    struct Flood: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let beginning: String
        let rest: String
        let answer: String

        init(_ name: String, _ beginning: String, _ rest: String, _ answer: String) {
            (self.testDescription, self.beginning, self.rest, self.answer) = (name, beginning, rest, answer)
        }
    }

    private static let post = "POST / HTTP/1.1\r\n"

    private static let floods = [
        Flood("an endless address", "GET /", "x", "431"),
        Flood("an endless line", "GET / HTTP/1.1\r\na: ", "x", "431"),
        Flood("an endless name", "GET / HTTP/1.1\r\n", "x", "431"),
        Flood("endless lines", "GET / HTTP/1.1\r\n", "a: b\r\n", "431"),
        Flood("endless space in a line", "GET / HTTP/1.1\r\na:", " ", "431"),
        Flood("endless empty lines", "", "\r\n", "431"),
        Flood("an announced gigabyte", Self.post + "Content-Length: 1000000000\r\n\r\n", "x", "413"),
        Flood("a length beyond all numbers", Self.post + "Content-Length: 99999999999999999999\r\n\r\n", "x", "400"),
        Flood("endless chunks", Self.post + "Transfer-Encoding: chunked\r\n\r\n", "5\r\nhello\r\n", "413"),
        Flood("an endless chunk", Self.post + "Transfer-Encoding: chunked\r\n\r\nFFFFFFF\r\n", "x", "413"),
        Flood("an endless extension of a chunk", Self.post + "Transfer-Encoding: chunked\r\n\r\n5;", "x", "413"),
        Flood("endless trailers", Self.post + "Transfer-Encoding: chunked\r\n\r\n0\r\n", "a: b\r\n", "413"),
        Flood("what is no request", "\u{1}", "x", "400"),
    ]

    private static func run(
        timeout: Duration = .seconds(50), connections: Int = 500, _ body: (EmbeddedServer) async throws -> Void
    ) async throws {
        var configuration = EmbeddedServer.Configuration.patient
        configuration.httpPort = 0
        configuration.httpTimeout = timeout
        configuration.maximumConnections = connections
        try await withEmbeddedServer(configuration, logger: .silent, body)
    }

    private static func connect(to server: EmbeddedServer) async throws -> ScriptedPeer {
        try await .connect(host: "127.0.0.1", port: try #require(server.httpPort), .unframed)
    }

    /// All that the server says until it closes the connection.
    private static func answer(to peer: ScriptedPeer) async throws -> String {
        var text = ""
        while let bytes = try await peer.nextBytes() { text += String(decoding: bytes, as: UTF8.self) }
        await peer.close()
        return text
    }

    /// Sends what a server may have given up waiting for, on a busy machine. Then its answer is there all the same.
    private static func offer(_ bytes: [UInt8], to peer: ScriptedPeer) async throws {
        do {
            try await peer.send(bytes)
        } catch TransportError.socket(let error) where [EPIPE, ECONNRESET].contains(error.number) {}
    }

    private static func send(_ flood: Flood, _ peer: ScriptedPeer) async throws {
        try await peer.send(Array(flood.beginning.utf8))
        let rest = Array(String(repeating: flood.rest, count: 10_000).utf8)
        while true { try await peer.send(rest) }
    }

    @Test("hostile HTTP clients that never end are told why, and cut off", arguments: Self.floods)
    func flood(_ flood: Flood) async throws {
        try await Self.run { server in
            let peer = try await Self.connect(to: server)
            let sending = Task { try await Self.send(flood, peer) }
            #expect(try await Self.answer(to: peer).hasPrefix("HTTP/1.1 \(flood.answer) "))
            #expect(try await HTTPTests.get("/ping", from: server).status == 200)
            await #expect(throws: (any Error).self) { try await sending.value }
        }
    }

    @Test(
        "hostile HTTP clients that never complete a request are told so when their time is up, and cut off",
        arguments: ["", "GET /gos", Self.post + "Content-Length: 5\r\n\r\nhell"])
    func silence(_ sent: String) async throws {
        try await Self.run(timeout: .milliseconds(200)) { server in
            let peer = try await Self.connect(to: server)
            try await Self.offer(Array(sent.utf8), to: peer)
            #expect(try await Self.answer(to: peer).hasPrefix("HTTP/1.1 408 "))
            try await Self.waitForNobody(server)
        }
    }

    @Test("hostile HTTP clients that drip are given no more time for it")
    func dripping() async throws {
        try await Self.run(timeout: .milliseconds(500)) { server in
            let peer = try await Self.connect(to: server)
            let dripping = Task {
                try await peer.send(Array("GET /".utf8))
                // Far less often than the limit, far more often than would take it to the end of a line.
                while true {
                    try await peer.send(Array("x".utf8))
                    try await Task.sleep(for: .milliseconds(20))
                }
            }
            #expect(try await Self.answer(to: peer).hasPrefix("HTTP/1.1 408 "))
            dripping.cancel()
        }
    }

    @Test("hostile HTTP clients that send many requests at once get one answer")
    func pipelining() async throws {
        try await Self.run { server in
            let peer = try await Self.connect(to: server)
            let sending = Task { try await Self.send(Flood("", "", "GET /ping HTTP/1.1\r\n\r\n", ""), peer) }
            let answer = try await Self.answer(to: peer)
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
            #expect(answer.components(separatedBy: "HTTP/1.1").count == 2)
            await #expect(throws: (any Error).self) { try await sending.value }
        }
    }

    /// What makes a proxy and a server disagree on where a request ends, with a request behind it that would stop the server.
    private static let smuggled: [String] = {
        let hidden = "POST /admin/shutdown HTTP/1.1\r\nHost: a\r\nAuthorization: Basic YWRtaW46Y2hhbmdlaXQ=\r\n\r\n"
        let length = "Content-Length: \(hidden.utf8.count + 5)\r\n"
        let heads = [
            length + "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\n" + length,
            "Content-Length: 0\r\n" + length, "Content-Length: 0, 5\r\n", "Content-Length: +0\r\n",
            "Content-Length: 0x0\r\n", "Content-Length : 0\r\n", "Transfer-Encoding : chunked\r\n",
            "Transfer-Encoding: xchunked\r\n", "Transfer-Encoding: chunked, identity\r\n",
            "Transfer-Encoding:\u{0b}chunked\r\n", "X: a\n" + length, "X: a\r\n \(length)", "X: a\r\(length)",
        ]
        return heads.map { "GET /ping HTTP/1.1\r\nHost: a\r\n\($0)\r\n0\r\n\r\n\(hidden)" }
            + ["GET /ping HTTP/1.0\r\nConnection: keep-alive\r\n\r\n\(hidden)", "GET /ping\r\n\r\n\(hidden)"]
    }()

    @Test(
        "hostile HTTP clients that hide a request in another get one answer, and nothing done that they hid",
        arguments: smuggled)
    func smuggling(_ request: String) async throws {
        try await Self.run(timeout: .milliseconds(200)) { server in
            let peer = try await Self.connect(to: server)
            try await Self.offer(Array(request.utf8), to: peer)
            let answer = try await Self.answer(to: peer)
            #expect(answer.hasPrefix("HTTP/1.1 "), "\(answer)")
            #expect(answer.components(separatedBy: "HTTP/1.1 ").count == 2, "\(answer)")
            try await Self.waitForNobody(server)
            #expect(try await HTTPTests.get("/ping", from: server).status == 200)
        }
    }

    @Test("hostile HTTP clients that wait for a suspended server cannot send more meanwhile")
    func waiting() async throws {
        try await Self.run { server in
            await server.suspend()
            let peer = try await Self.connect(to: server)
            await #expect(throws: (any Error).self) {
                try await Self.send(Flood("", "GET /ping HTTP/1.1\r\n\r\n", "x", ""), peer)
            }
            try await Self.waitForNobody(server)
        }
    }

    @Test("hostile HTTP clients that do not take the answer are cut off")
    func slowReader() async throws {
        var configuration = EmbeddedServer.Configuration()
        configuration.httpTimeout = .milliseconds(200)
        let executor = QueueExecutor(label: "slow-reader")
        let side = try HTTPSide(host: "127.0.0.1", port: 0, executor: executor)
        // More than the sockets hold.
        let long = HTTPAnswer(json: String(repeating: "x", count: 16 << 20))
        await side.activate(configuration, logger: .silent) { _ in long }
        let peer = try await ScriptedPeer.connect(host: "127.0.0.1", port: side.port, .unframed)
        await peer.pauseReading()
        try await peer.send(Array("GET / HTTP/1.1\r\n\r\n".utf8))
        while await !side.hasServedEverybody {
            try Task.checkCancellation()
            await Task.yield()
        }
        await peer.resumeReading()
        #expect(try await Self.answer(to: peer).utf8.count < 16 << 20)
        await withCheckedContinuation { closed in
            side.executor.queue.async { side.assumeIsolated { $0.close { closed.resume() } } }
        }
    }

    @Test("hostile HTTP clients are disconnected when there are too many, and leave room for others when they go")
    func tooMany() async throws {
        try await Self.run(connections: 2) { server in
            let peers = [try await Self.connect(to: server), try await Self.connect(to: server)]
            for peer in peers { try await peer.send(Array("GET".utf8)) }
            #expect(try await Self.answer(to: Self.connect(to: server)).isEmpty)
            for peer in peers { await peer.close() }
            try await Self.waitForNobody(server)
            #expect(try await HTTPTests.get("/ping", from: server).status == 200)
        }
    }

    @Test("hostile HTTP clients that send bytes of chance get an answer or the end", arguments: 0..<4)
    func chance(_ seed: UInt64) async throws {
        let requests = [
            "GET /gossip?format=json HTTP/1.1\r\nHost: a:1\r\nAccept: */*\r\n\r\n",
            "POST /subscriptions/a/b/replayParked HTTP/1.1\r\nAuthorization: Basic OjpY\r\nContent-Length: 3\r\n\r\nabc",
            Self.post + "Transfer-Encoding: chunked\r\nTrailer: a\r\n\r\n3;x=y\r\nabc\r\n0\r\na: b\r\n\r\n",
            "GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nabc", "CONNECT a:1 HTTP/1.1\r\n\r\n",
        ]
        var generator = SeededGenerator(seed: seed)
        try await Self.run(timeout: .milliseconds(20)) { server in
            for _ in 0..<100 {
                var bytes = Array((requests.randomElement(using: &generator) ?? "").utf8)
                for _ in 0..<Int.random(in: 0..<4, using: &generator) {
                    bytes[.random(in: bytes.indices, using: &generator)] = .random(in: 0 ... .max, using: &generator)
                }
                let peer = try await Self.connect(to: server)
                try await Self.offer(bytes, to: peer)
                let answer = try await Self.answer(to: peer)
                #expect(answer.hasPrefix("HTTP/1.1 "), "\(String(decoding: bytes, as: UTF8.self))")
            }
            try await Self.waitForNobody(server)
        }
    }

    // In a process of its own, whose memory nobody else uses.
    @Test(
        "hostile HTTP clients take no more memory than there is for requests",
        .enabled(if: Footprint.isKnown, "needs /proc"))
    func memory() async {
        await #expect(processExitsWith: .success) {
            try await Self.run { server in
                let before = try Footprint()
                let peers = try await withThrowingTaskGroup(of: ScriptedPeer.self) { group in
                    for number in 0..<200 {
                        let flood = Self.floods[number % Self.floods.count]
                        group.addTask {
                            let peer = try await Self.connect(to: server)
                            try await peer.send(Array((flood.beginning + String(repeating: " ", count: 1 << 20)).utf8))
                            return peer
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                let after = try Footprint()
                print("\(peers.count) HTTP clients: \(before) before, \(after) after")
                #expect(after.isWithin(64 << 10, of: before))
            }
        }
    }

    private static func waitForNobody(_ server: EmbeddedServer) async throws {
        while await server.httpConnectionCount > 0 {
            try Task.checkCancellation()
            await Task.yield()
        }
    }
}

extension EmbeddedServer {
    fileprivate var httpConnectionCount: Int { self.http?.assumeIsolated { $0.connectionCount } ?? 0 }
}

extension HTTPSide {
    fileprivate var hasServedEverybody: Bool { self.connectionsAccepted > 0 && self.connectionCount == 0 }
}
