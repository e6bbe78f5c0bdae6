import PhotonPumpWire
import Testing

@testable import EmbeddedEventStore

@Suite struct DeleteRequestTests {
    private static func delete(_ stream: String, _ expected: Int64 = -2, hard: Bool? = nil) -> DeleteStream {
        DeleteStream(stream: stream, expectedVersion: expected, requireMaster: true, hardDelete: hard)
    }

    private static func node() -> TestNode {
        TestNode {
            $0.write("a", to: "s")
            $0.delete("hard", hard: true)
        }
    }

    @Test(
        "what a client is told",
        arguments: [
            ("s", -2, .success, nil), ("s", 0, .success, nil),
            ("s", 7, .wrongExpectedVersion, "Wrong expected version."),
            ("hard", -2, .streamDeleted, "Stream is deleted."),
            ("$system", -2, .accessDenied, "Access denied."), ("$$s", -2, .accessDenied, "Access denied."),
            ("$all", -2, .accessDenied, "Access denied."),
        ] as [(String, Int64, OperationResult, String?)]
    )
    func results(_ stream: String, _ expected: Int64, _ result: OperationResult, _ message: String?) throws {
        let node = Self.node()
        let answer = node.ask(Self.delete(stream, expected), .deleteStream)
        #expect(answer?.command == .deleteStreamCompleted)
        let completed: DeleteStreamCompleted = try #require(answer?.message())
        let position = result == .success ? node.log.lastPosition : -1
        #expect(
            completed
                == DeleteStreamCompleted(
                    result: result, message: message, preparePosition: position, commitPosition: position))
    }

    @Test("a deletion is soft unless it says otherwise", arguments: [nil, false, true])
    func softByDefault(_ hard: Bool?) throws {
        let node = Self.node()
        _ = node.ask(Self.delete("s", hard: hard), .deleteStream)
        #expect(node.readStream("s")?.result == (hard == true ? .streamDeleted : .noStream))
    }

    @Test("what means nothing is not understood", arguments: [("", -2), ("s", -3), ("s", -4), ("s", -5), ("s", .min)])
    func illegal(_ stream: String, _ expected: Int64) {
        #expect(Self.node().ask(Self.delete(stream, expected), .deleteStream)?.command == .badRequest)
    }
}
