import ScriptedPeers
import Testing

@testable import PhotonPump

/// Servers that never let a TLS handshake end, though they always have something to say.
@Suite("A server whose TLS handshake never ends", .timeLimit(.minutes(1)))
struct EndlessServerTests {
    /// Runs `body` with the port of a server that answers every connection with HelloRequests, for as long as it can.
    private static func run(_ body: (_ port: Int) async throws -> Void) async throws {
        let server = ScriptedServer()
        let port = try await server.start()
        let flooding = Task {
            try await withThrowingDiscardingTaskGroup { group in
                while let peer = try? await server.nextConnection() {
                    group.addTask {
                        let flood = Array(repeatElement([22, 3, 3, 0, 4, 0, 0, 0, 0] as [UInt8], count: 7000).joined())
                        // Until the client has closed the connection.
                        while !Task.isCancelled, (try? await peer.send(flood)) != nil {}
                        await peer.close()
                    }
                }
            }
        }
        let result: Result<Void, any Error>
        do { result = .success(try await body(port)) } catch { result = .failure(error) }
        flooding.cancel()
        await server.stop()
        try result.get()
    }

    @Test("a server whose TLS handshake never ends holds up no request over HTTPS beyond its time")
    func https() async throws {
        try await Self.run { port in
            let getter = CurlGetter()
            let request = HTTPRequest(
                endpoint: Endpoint(host: "localhost", port: port), address: "127.0.0.1", tls: TLSSettings(), path: "/",
                timeout: .milliseconds(300))
            // More than there are threads for them: each must be free again.
            for _ in 0..<3 {
                let started = ContinuousClock.now
                let failure = try await #require(throws: HTTPFailure.self) { try await getter.get(request) }
                #expect(ContinuousClock.now - started < .seconds(10), "\(failure)")
            }
        }
    }

    @Test("a server whose TLS handshake never ends holds up no client that connects")
    func connecting() async throws {
        try await Self.run { port in
            let client = try Client("tls://admin:changeit@127.0.0.1:\(port)?connectTimeout=20s")
            let error = await #expect(throws: PhotonPumpError.self) { try await client.connect() }
            #expect("\(String(describing: error))".contains("bytes"), "\(String(describing: error))")
            await client.close()
        }
    }
}
