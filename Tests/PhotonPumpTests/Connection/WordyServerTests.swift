import PhotonPumpWire
import ScriptedPeers
import Testing

@testable import PhotonPump

/// Servers that have far too much to say.
@Suite("A server that fills a frame with words", .timeLimit(.minutes(1)))
struct WordyServerTests {
    /// Escaped, each of these takes six times its size.
    private static let words = [UInt8](repeating: 0x1B, count: 4 << 20)

    /// Has a server answer `command` with these words, and returns the error that `body` throws.
    private static func error(
        _ command: Command, _ answer: Command, _ body: (Client) async throws -> Void
    ) async throws -> PhotonPumpError {
        let server = ScriptedServer()
        let client = try Client("tcp://admin:changeit@127.0.0.1:\(try await server.start())?connectTimeout=50s")
        let serving = Task {
            let peer = try await server.nextConnection()
            if command != .authenticate { try await peer.acceptHandshake() }
            let question = try await peer.next(command)
            try await peer.send(Package(answer, question.correlation, payload: Bytes(Self.words)))
        }
        let error = await #expect(throws: PhotonPumpError.self) { try await body(client) }
        _ = await serving.result
        await client.close()
        await server.stop()
        return try #require(error)
    }

    @Test("a server that fills a frame with words to refuse a user gives an error that can be read")
    func refusal() async throws {
        let error = try await Self.error(.authenticate, .notAuthenticated) { try await $0.connect() }
        #expect(error.code == .notAuthenticated)
        #expect("\(error)".utf8.count < 10_000)
    }

    @Test("a server that fills a frame with words to refuse a request gives an error that can be read")
    func badRequest() async throws {
        let error = try await Self.error(.ping, .badRequest) { _ = try await $0.ping() }
        #expect(error.code == .badRequest)
        #expect("\(error)".utf8.count < 10_000)
    }
}
