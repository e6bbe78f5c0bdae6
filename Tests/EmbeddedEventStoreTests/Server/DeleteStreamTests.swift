import EmbeddedEventStore
import Testing

/// Deleting by the server's own function; what clients see of it is in the recorded conversations.
@Suite(.timeLimit(.minutes(1))) struct DeleteStreamTests {
    @Test("what nobody may delete is refused", arguments: ["", "$all", "$$orders"])
    func notDeletable(_ name: String) async throws {
        let server = EmbeddedServer(.patient, logger: .silent)
        let error = await #expect(throws: EmbeddedServerError.self) { try await server.deleteStream(name) }
        #expect(error?.code == .notDeletable)
    }

    @Test("a tombstone stays, and a soft deletion can be repeated")
    func again() async throws {
        let server = EmbeddedServer(.patient, logger: .silent)
        try await server.deleteStream("orders")
        try await server.deleteStream("orders")
        try await server.deleteStream("orders", hard: true)
        for hard in [false, true] {
            let error = await #expect(throws: EmbeddedServerError.self) {
                try await server.deleteStream("orders", hard: hard)
            }
            #expect(error?.code == .streamDeleted)
        }
    }
}
