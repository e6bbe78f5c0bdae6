import ScriptedPeers
import Testing

@testable import PhotonPump

@Suite("An HTTP server that means harm", .timeLimit(.minutes(1)))
struct HostileHTTPTests {
    /// Runs `body` with the port of a server that says this to everyone, and then the rest again and again.
    private static func run(
        _ beginning: String, thenForever rest: String, every pause: Duration? = nil,
        _ body: (_ port: Int) async throws -> Void
    ) async throws {
        let server = try AnsweringServer()
        server.start(saying: beginning, thenForever: rest, every: pause)
        let result: Result<Void, any Error>
        do { result = .success(try await body(server.port)) } catch { result = .failure(error) }
        await server.stop()
        try result.get()
    }

    private static func request(_ port: Int, _ timeout: Duration) -> HTTPRequest {
        HTTPRequest(
            endpoint: Endpoint(host: "es.example", port: port), address: "127.0.0.1", tls: nil, path: "/gossip",
            timeout: timeout)
    }

    private static func failure(_ port: Int, _ timeout: Duration = .seconds(50)) async throws -> HTTPFailure {
        try await #require(throws: HTTPFailure.self) { try await CurlGetter().get(Self.request(port, timeout)) }
    }

    @Test(
        "an HTTP server that means harm gets no more than its time by dripping",
        arguments: [
            "HTTP/1.1 200 OK\r\nX-Y: ", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n",
        ])
    func dripping(beginning: String) async throws {
        try await Self.run(beginning, thenForever: "a", every: .milliseconds(5)) { port in
            let began = ContinuousClock.now
            let failure = try await Self.failure(port, .milliseconds(300))
            #expect(ContinuousClock.now - began < .seconds(20))
            #expect(failure.description.contains("no answer within"), "\(failure)")
        }
    }

    @Test(
        "an HTTP server that means harm has no more than a megabyte of it taken",
        arguments: ["X-Y: z\r\n", "HTTP/1.1 100 Continue\r\n\r\n", "a"])
    func endless(rest: String) async throws {
        let block = String(repeating: rest, count: 64 << 10)
        try await Self.run(rest.hasPrefix("HTTP") ? "" : "HTTP/1.1 200 OK\r\n", thenForever: block) { port in
            let before = Footprint.isKnown ? try Footprint() : nil
            _ = try await Self.failure(port)
            if let before { #expect(try Footprint().isWithin(64 << 10, of: before)) }
        }
    }

    @Test(
        "an HTTP server that means harm has no impossible length believed",
        arguments: ["-1", "99999999999999999999", "9223372036854775807", "0x10", "1, 2"])
    func lengths(length: String) async throws {
        try await Self.run("HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\n{}", thenForever: "") { port in
            do {
                // What came is all that there is.
                let answer = try await CurlGetter().get(Self.request(port, .seconds(50)))
                #expect(answer.body.count <= 2)
            } catch is HTTPFailure {}
        }
    }
}
