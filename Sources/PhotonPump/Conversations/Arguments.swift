/// Checks of callers' arguments, made before anything is sent.
enum Arguments {
    /// The most events that servers return at once; a request for more becomes several reads.
    static let maximumPage = 4096

    /// The events to request at once where nobody says.
    static let usualPage = 500

    /// The numbers that events can have, so far below the largest there is that counting on from one is safe. That one is
    /// a tombstone's.
    static let eventNumbers: ClosedRange<Int64> = 0...(.max - (1 << 32))

    /// More bytes than any name needs, and far fewer than a frame can hold.
    static let maximumName = 32 << 10

    static func check(stream: String) throws(PhotonPumpError) {
        try self.check("stream", stream, of: nil)
    }

    static func check(group: String, stream: String) throws(PhotonPumpError) {
        try self.check("subscription", group, of: stream)
    }

    private static func check(_ what: String, _ name: String, of stream: String?) throws(PhotonPumpError) {
        guard !name.isEmpty else {
            throw PhotonPumpError(.invalidArgument, "the \(what)'s name is empty", stream: stream)
        }
        guard name.utf8.count <= self.maximumName else {
            let problem = "the \(what)'s name has \(name.utf8.count) bytes, more than \(self.maximumName)"
            throw PhotonPumpError(.invalidArgument, problem, stream: stream)
        }
    }

    /// The number that represents an expected version on the wire.
    static func wireValue(of expected: ExpectedVersion, stream: String) throws(PhotonPumpError) -> Int64 {
        guard let version = expected.wireValue else {
            throw PhotonPumpError(
                .invalidArgument,
                "expected version \(expected) of '\(stream)' is not an event number (0 or above)",
                stream: stream
            )
        }
        return version
    }

    static func check(limit: Int?, stream: String) throws(PhotonPumpError) {
        if let limit, limit < 0 {
            throw PhotonPumpError(.invalidArgument, "the limit \(limit) of '\(stream)' is below 0", stream: stream)
        }
    }

    static func check(count: Int, stream: String) throws(PhotonPumpError) {
        guard count > 0 else {
            throw PhotonPumpError(
                .invalidArgument, "cannot read \(count) events of '\(stream)' at a time: ask for at least 1",
                stream: stream)
        }
    }
}
