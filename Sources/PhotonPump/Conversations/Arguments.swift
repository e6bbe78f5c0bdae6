/// Checks of callers' arguments, made before anything is sent.
enum Arguments {
    /// The most events that servers return at once; a request for more becomes several reads.
    static let maximumPage = 4096

    /// More bytes than any name needs, and far fewer than a frame can hold.
    static let maximumName = 32 << 10

    static func check(stream: String) throws(PhotonPumpError) {
        guard !stream.isEmpty else { throw PhotonPumpError(.invalidArgument, "the stream's name is empty") }
        guard stream.utf8.count <= self.maximumName else {
            throw PhotonPumpError(
                .invalidArgument,
                "the stream's name has \(stream.utf8.count) bytes, more than \(self.maximumName)"
            )
        }
    }

    static func check(group: String, stream: String) throws(PhotonPumpError) {
        guard !group.isEmpty else {
            throw PhotonPumpError(.invalidArgument, "the subscription's name is empty", stream: stream)
        }
        guard group.utf8.count <= self.maximumName else {
            throw PhotonPumpError(
                .invalidArgument,
                "the subscription's name has \(group.utf8.count) bytes, more than \(self.maximumName)",
                stream: stream
            )
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

    static func check(count: Int, stream: String) throws(PhotonPumpError) {
        guard count > 0 else {
            throw PhotonPumpError(
                .invalidArgument, "cannot read \(count) events of '\(stream)' at a time: ask for at least 1",
                stream: stream)
        }
    }
}
