internal import PhotonPumpWire

/// Deletes a stream.
struct Delete: Conversation {
    private let expected: ExpectedVersion
    private let message: DeleteStream

    /// - Throws: ``PhotonPumpError/Code/invalidArgument``.
    init(
        _ stream: String,
        expecting expected: ExpectedVersion,
        isHard: Bool,
        requireMaster: Bool
    ) throws(PhotonPumpError) {
        try Arguments.check(stream: stream)
        guard expected != .streamExists else {
            // Servers do not support this for deletes.
            throw PhotonPumpError(
                .invalidArgument,
                "servers cannot check .streamExists; expect .any or a .version",
                during: "delete '\(stream)'",
                stream: stream
            )
        }
        self.expected = expected
        self.message = DeleteStream(
            stream: stream,
            expectedVersion: try Arguments.wireValue(of: expected, stream: stream),
            requireMaster: requireMaster,
            hardDelete: isHard
        )
    }

    var stream: String? { self.message.stream }
    var operation: String { "delete '\(self.message.stream)'\(self.message.hardDelete == true ? " for good" : "")" }
    var request: Request { Request(command: .deleteStream, message: self.message) }
    /// A repetition might delete what was written since, or fail because of the first deletion.
    var effect: Effect { .checked }
    var replyCommand: Command { .deleteStreamCompleted }
    var needsMaster: Bool { self.message.requireMaster }

    func received(_ reply: DeleteStreamCompleted) -> Step<Position?> {
        if reply.result == .success { return .finish(Position(ofWrite: reply.commitPosition, reply.preparePosition)) }
        return self.failure(
            reply.result, expecting: self.expected, words: reply.message, current: reply.currentVersion)
    }

    /// The stream is at another version.
    func conflict(actual: Int64) -> PhotonPumpError {
        self.error(
            .wrongExpectedVersion, "expected \(self.expected.words), but the stream has version \(actual)",
            conflict: VersionConflict(expected: self.expected, actual: actual))
    }
}
