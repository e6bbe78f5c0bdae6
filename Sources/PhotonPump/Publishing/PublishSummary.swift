/// The outcome of publishing a sequence of events.
public struct PublishSummary: Sendable, Hashable {
    /// The stream that was written to.
    public let stream: String
    /// The number of events written.
    public internal(set) var eventCount = 0
    /// The number of writes made.
    public internal(set) var writeCount = 0
    /// The number of the first event; nil if there were none.
    public internal(set) var firstEventNumber: Int64?
    /// The result of the last write; nil if there was none.
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
