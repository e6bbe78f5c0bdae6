/// A part of a stream.
public struct StreamSlice: Sendable, Hashable {
    /// The stream that was read.
    public let stream: String
    /// The order of ``events``.
    public let direction: Direction
    /// The events, in the order they were read. An empty slice need not be the end: see ``isEndOfStream``.
    public let events: [ResolvedEvent]
    /// Where to go on reading. Backwards it is nil when the start of the stream was reached; forwards, at the end, it is
    /// where the next event will be, so look at ``isEndOfStream`` to stop.
    public let next: StreamPosition?
    /// The number of the stream's last event.
    public let lastEventNumber: Int64
    /// Whether the stream ended here when it was read.
    public let isEndOfStream: Bool
}
