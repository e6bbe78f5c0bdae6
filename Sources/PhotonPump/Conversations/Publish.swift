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
        let version = try Arguments.wireValue(of: expected, stream: stream)
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
        if reply.result == .success {
            return .finish(
                WriteResult(
                    stream: self.name,
                    firstEventNumber: reply.firstEventNumber,
                    lastEventNumber: reply.lastEventNumber,
                    position: Position(ofWrite: reply.commitPosition, reply.preparePosition)
                )
            )
        }
        let failure = WriteFailure(operation: self.operation, stream: self.stream, expected: self.expected)
        return .fail(failure.error(reply.result, message: reply.message, current: reply.knownVersion))
    }
}

extension WriteEventsCompleted {
    /// The stream's last event number, if the server reports it.
    ///
    /// Servers of version 22.6 and later leave out numbers that are 0, and the commit position of a failure is one of
    /// them; earlier ones write it, and those before 4.0 have no field for the version.
    fileprivate var knownVersion: Int64? {
        self.currentVersion ?? (self.commitPosition == nil ? 0 : nil)
    }
}
