internal import PhotonPumpWire

/// Writes events to a stream, all or none.
struct Publish: Conversation {
    let stream: String?
    private let name: String
    let expected: ExpectedVersion
    private let message: WriteEvents

    /// - Throws: ``PhotonPumpError/Code/invalidArgument`` or ``PhotonPumpError/Code/tooLarge``.
    init(
        _ events: [NewEvent],
        to stream: String,
        expecting expected: ExpectedVersion,
        requireMaster: Bool = true,
        limits: WriteLimits
    ) throws(PhotonPumpError) {
        try Arguments.check(stream: stream)
        guard let version = expected.wireValue else {
            throw PhotonPumpError(
                .invalidArgument, "expected version \(expected) of '\(stream)' is below 0", stream: stream)
        }
        try limits.check(events, stream: stream)
        self.stream = stream
        self.name = stream
        self.expected = expected
        self.message = WriteEvents(
            stream: stream,
            expectedVersion: version,
            events: events.map(\.proposed),
            requireMaster: requireMaster
        )
    }

    var operation: String {
        let count = self.message.events.count
        return "publish \(count) event\(count == 1 ? "" : "s") to '\(self.name)'"
    }

    var request: Request { Request(command: .writeEvents, message: self.message) }
    var effect: Effect { .repeatable }
    var replyCommand: Command { .writeEventsCompleted }

    func received(_ reply: WriteEventsCompleted) -> Step<WriteResult> {
        switch reply.result {
        case .success:
            return .finish(
                WriteResult(
                    stream: self.name,
                    firstEventNumber: reply.firstEventNumber,
                    lastEventNumber: reply.lastEventNumber,
                    position: self.position(reply)
                )
            )
        case .wrongExpectedVersion:
            return .fail(self.conflict(reply))
        case .streamDeleted:
            return self.fail(.streamDeleted, "the stream is deleted", reply)
        case .accessDenied:
            return self.fail(.accessDenied, "access denied", reply)
        case .prepareTimeout, .commitTimeout, .forwardTimeout:
            return self.fail(.serverTimeout, "the server did not manage in time", reply)
        case .invalidTransaction:
            return self.fail(.serverError, "the server calls the transaction invalid", reply)
        default:
            let result = reply.result.rawValue
            return .fail(
                .unknownResult(result, operation: self.operation, stream: self.stream, message: reply.message)
            )
        }
    }

    /// Servers put -1 into both positions when they recognise a write that they made before.
    private func position(_ reply: WriteEventsCompleted) -> Position? {
        guard let commit = reply.commitPosition, let prepare = reply.preparePosition, commit >= 0, prepare >= 0 else {
            return nil
        }
        return Position(commit: commit, prepare: prepare)
    }

    private func conflict(_ reply: WriteEventsCompleted) -> PhotonPumpError {
        let conflict = VersionConflict(expected: self.expected, actual: reply.currentVersion)
        let actual = conflict.actual.map { $0 < 0 ? "no events" : "version \($0)" } ?? "another version"
        return PhotonPumpError(
            .wrongExpectedVersion,
            "\(self.operation): expected version \(self.expected), the stream has \(actual)",
            stream: self.stream,
            conflict: conflict
        )
    }

    private func fail(
        _ code: PhotonPumpError.Code, _ problem: String, _ reply: WriteEventsCompleted
    ) -> Step<WriteResult> {
        .fail(
            PhotonPumpError(
                code,
                "\(self.operation): \(problem)",
                stream: self.stream,
                serverMessage: reply.message
            )
        )
    }
}
