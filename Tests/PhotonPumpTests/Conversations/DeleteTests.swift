import PhotonPumpWire
import Testing

@testable import PhotonPump

@Suite("Deleting")
struct DeleteTests {
    private func delete(isHard: Bool = false, expecting expected: ExpectedVersion = .any) throws -> Delete {
        try Delete("ponies", expecting: expected, isHard: isHard, requireMaster: true)
    }

    @Test("deleting says which kind it is, and what it expects", arguments: [true, false])
    func request(isHard: Bool) throws {
        let request = try self.delete(isHard: isHard, expecting: .version(3)).request
        let message = try #require(request.message as? DeleteStream)
        #expect(request.command == .deleteStream)
        #expect(message == DeleteStream(stream: "ponies", expectedVersion: 3, requireMaster: true, hardDelete: isHard))
    }

    @Test("deleting tells where in the log it is")
    func success() throws {
        let reply = DeleteStreamCompleted(result: .success, preparePosition: 70, commitPosition: 70)
        #expect(try self.delete().received(reply).result.get() == Position(commit: 70, prepare: 70))
    }

    @Test(
        "deleting gives each failure its code",
        arguments: [
            (OperationResult.wrongExpectedVersion, PhotonPumpError.Code.wrongExpectedVersion),
            (.streamDeleted, .streamDeleted), (.accessDenied, .accessDenied), (.commitTimeout, .serverTimeout),
            (OperationResult(rawValue: 99), .unexpectedReply),
        ]
    )
    func failures(result: OperationResult, code: PhotonPumpError.Code) throws {
        let error = try #require(self.delete().received(DeleteStreamCompleted(result: result)).error)
        #expect(error.code == code)
        #expect(error.stream == "ponies")
    }

    @Test("deleting in ways that no server knows is refused", arguments: [ExpectedVersion.streamExists, .version(-1)])
    func invalid(expected: ExpectedVersion) throws {
        let error = try #require(throws: PhotonPumpError.self) { try self.delete(expecting: expected) }
        #expect(error.code == .invalidArgument)
    }
}
