/// What became of a sequence of events.
public struct PublishSummary: Sendable, Hashable {
    /// The stream that was written to.
    public let stream: String
    /// How many events were written.
    public internal(set) var eventCount = 0
    /// In how many writes.
    public internal(set) var writeCount = 0
    /// The number of the first event; nil when there was none.
    public internal(set) var firstEventNumber: Int64?
    /// What the last write came to; nil when there was none.
    public internal(set) var lastWrite: WriteResult?

    init(stream: String) {
        self.stream = stream
    }

    mutating func add(_ write: WriteResult, events: Int) {
        self.eventCount += events
        self.writeCount += 1
        self.firstEventNumber = self.firstEventNumber ?? write.firstEventNumber
        self.lastWrite = write
    }
}
