/// The outcome of a write.
public struct WriteResult: Sendable, Hashable {
    /// The stream that was written to.
    public let stream: String
    /// The number of the first event written. If it is one above ``lastEventNumber``, there were no events to write.
    public let firstEventNumber: Int64
    /// The number of the last event written.
    public let lastEventNumber: Int64
    /// The position of the last event in the log; nil if the events had been written already.
    public let position: Position?

    /// An outcome as a write would have had it, for tests: by default, one event was written, the first of its stream.
    ///
    /// - Parameters:
    ///   - stream: the stream that was written to.
    ///   - firstEventNumber: the number of the first event written; nil if it is the last one.
    ///   - lastEventNumber: the number of the last event written.
    ///   - position: the position of the last event in the log; nil if the events had been written already.
    public init(
        stream: String = "test", firstEventNumber: Int64? = nil, lastEventNumber: Int64 = 0,
        position: Position? = .start
    ) {
        self.stream = stream
        self.firstEventNumber = firstEventNumber ?? lastEventNumber
        self.lastEventNumber = lastEventNumber
        self.position = position
    }

    /// What the next writer can expect if no one else writes in between.
    public var nextExpectedVersion: ExpectedVersion {
        self.lastEventNumber < 0 ? .noStream : .version(self.lastEventNumber)
    }

    /// Whether the server recognised the events by their ids as written already, and wrote nothing.
    public var wasAlreadyWritten: Bool { self.position == nil }
}
