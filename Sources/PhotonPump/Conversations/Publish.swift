internal import PhotonPumpWire

/// Writes events to a stream, all or none.
///
/// What it consists of is shared: a write is passed on and kept several times on its way.
struct Publish: Conversation {
    private final class Contents: Sendable {
        let expected: ExpectedVersion
        let message: WriteEvents
        let limits: WriteLimits
        let carriesContext: Bool
        let ends: KnownEnds?
        let knownBefore: Int64?

        init(
            _ message: WriteEvents, expecting expected: ExpectedVersion, _ limits: WriteLimits, carriesContext: Bool,
            _ ends: KnownEnds?, knownBefore: Int64?
        ) {
            self.message = message
            self.expected = expected
            self.limits = limits
            self.carriesContext = carriesContext
            self.ends = ends
            self.knownBefore = knownBefore
        }
    }

    private let contents: Contents

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
        let ends = expected.isForgettable ? ends : nil
        let message = WriteEvents(
            stream: stream, expectedVersion: version, events: events.map(\.proposed), requireMaster: requireMaster)
        self.contents = Contents(
            message, expecting: expected, limits, carriesContext: carriesContext && !StreamName.isSystem(stream), ends,
            knownBefore: ends?.last(of: stream, before: message.events.lazy.map(\.id)))
    }

    /// The same write with other events, or another expectation.
    private init(_ other: Contents, _ change: (inout WriteEvents) -> Void, expecting expected: ExpectedVersion? = nil) {
        var message = other.message
        change(&message)
        self.contents = Contents(
            message, expecting: expected ?? other.expected, other.limits, carriesContext: other.carriesContext,
            other.ends, knownBefore: other.knownBefore)
    }

    var expected: ExpectedVersion { self.contents.expected }
    private var message: WriteEvents { self.contents.message }

    var stream: String? { self.message.stream }
    var operation: String {
        let count = self.message.events.count
        return "publish \(count) event\(count == 1 ? "" : "s") to '\(self.message.stream)'"
    }

    var request: Request { Request(command: .writeEvents, message: self.message) }
    var effect: Effect { .repeatable }
    var replyCommand: Command { .writeEventsCompleted }
    var needsMaster: Bool { self.message.requireMaster }
    var carriesContext: Bool { self.contents.carriesContext }

    var uncertainWrite: UncertainWrite? {
        // A write without events does nothing.
        guard self.expected.isForgettable, !self.message.events.isEmpty else { return nil }
        return UncertainWrite(
            stream: self.message.stream, events: self.message.events.map(\.id),
            needsStream: self.expected == .streamExists, knownBefore: self.contents.knownBefore)
    }

    func leftOpen() {
        self.contents.ends?.leftOpen(
            self.message.stream, self.message.events.map(\.id), after: self.contents.knownBefore)
    }

    func expecting(_ expected: ExpectedVersion) -> Publish {
        guard let version = expected.wireValue else { return self }
        return Publish(self.contents, { $0.expectedVersion = version }, expecting: expected)
    }

    func carrying(_ context: [(key: String, value: String)]) -> Publish {
        Publish(self.contents) { message in
            message.events = self.contents.limits.adding(context, to: message.events, of: message.stream)
        }
    }

    func received(_ reply: WriteEventsCompleted) -> Step<WriteResult> {
        if reply.result == .success {
            self.contents.ends?.learned(reply.lastEventNumber, of: self.message.stream)
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
