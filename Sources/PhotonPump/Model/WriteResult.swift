/// What became of a write.
public struct WriteResult: Sendable, Hashable {
    /// The stream that was written to.
    public let stream: String
    /// The number of the first event written. With ``lastEventNumber`` one below it, there were no events to write.
    public let firstEventNumber: Int64
    /// The number of the last event written.
    public let lastEventNumber: Int64
    /// The place of the last event in the log; nil when the events had been written already.
    public let position: Position?

    /// What the next writer can expect if nobody else writes in between.
    public var nextExpectedVersion: ExpectedVersion {
        self.lastEventNumber < 0 ? .noStream : .version(self.lastEventNumber)
    }

    /// Whether the server found the events written already, by their ids, and wrote nothing.
    public var wasAlreadyWritten: Bool { self.position == nil }
}
