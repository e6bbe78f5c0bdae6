internal import PhotonPumpWire

/// Writes events to a stream, all or none.
struct Publish: Conversation {
    private(set) var expected: ExpectedVersion
    private var message: WriteEvents
    private let limits: WriteLimits
    let carriesContext: Bool
    private let ends: KnownEnds?
    private let knownBefore: Int64?

    /// - Parameters:
    ///   - carriesContext: whether the metadata may say which span the events come from. That of the server's own streams
    ///     never does.
    ///   - ends: what is known of streams' ends.
    /// - Throws: ``PhotonPumpError/Code/invalidArgument`` or ``PhotonPumpError/Code/tooLarge``.
    init(
        _ events: [NewEvent],
        to stream: String,
        expecting expected: ExpectedVersion,
        requireMaster: Bool = true,
        limits: WriteLimits,
        carriesContext: Bool = true,
        ends: KnownEnds? = nil
    ) throws(PhotonPumpError) {
        try Arguments.check(stream: stream)
        let version = try Arguments.wireValue(of: expected, stream: stream)
        try limits.check(events, stream: stream)
        self.expected = expected
        self.limits = limits
        self.carriesContext = carriesContext && !stream.hasPrefix("$")
        self.ends = expected.isForgettable ? ends : nil
        self.knownBefore = self.ends?.last(of: stream)
        self.message = WriteEvents(
            stream: stream,
            expectedVersion: version,
            events: events.map(\.proposed),
            requireMaster: requireMaster
        )
    }

    var stream: String? { self.message.stream }
    var operation: String {
        let count = self.message.events.count
        return "publish \(count) event\(count == 1 ? "" : "s") to '\(self.message.stream)'"
    }

    var request: Request { Request(command: .writeEvents, message: self.message) }
    var effect: Effect { .repeatable }
    var replyCommand: Command { .writeEventsCompleted }
    var needsMaster: Bool { self.message.requireMaster }

    var uncertainWrite: UncertainWrite? {
        // A write without events does nothing.
        guard self.expected.isForgettable, !self.message.events.isEmpty else { return nil }
        return UncertainWrite(
            stream: self.message.stream, events: self.message.events.map(\.id),
            needsStream: self.expected == .streamExists, knownBefore: self.knownBefore)
    }

    func leftOpen() {
        self.ends?.leftOpen(self.message.stream, after: self.knownBefore)
    }

    func expecting(_ expected: ExpectedVersion) -> Publish {
        guard let version = expected.wireValue else { return self }
        var other = self
        other.expected = expected
        other.message.expectedVersion = version
        return other
    }

    func carrying(_ context: [(key: String, value: String)]) -> Publish {
        var other = self
        other.message.events = self.limits.adding(context, to: self.message.events, of: self.message.stream)
        return other
    }

    func received(_ reply: WriteEventsCompleted) -> Step<WriteResult> {
        if reply.result == .success {
            self.ends?.learned(reply.lastEventNumber, of: self.message.stream)
            return .finish(
                WriteResult(
                    stream: self.message.stream, firstEventNumber: reply.firstEventNumber,
                    lastEventNumber: reply.lastEventNumber,
                    position: Position(ofWrite: reply.commitPosition, reply.preparePosition)))
        }
        return self.failure(
            reply.result, expecting: self.expected, words: reply.message, current: reply.knownVersion)
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
