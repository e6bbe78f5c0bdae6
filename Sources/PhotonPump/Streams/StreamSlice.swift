/// A part of a stream.
public struct StreamSlice: Sendable, Hashable {
    /// The stream that was read.
    public let stream: String
    /// The order of ``events``.
    public let direction: Direction
    /// The events, in the order they were read. An empty slice need not be the end: see ``isEndOfStream``.
    public let events: [ResolvedEvent]
    /// Where to continue reading. Backward, it is nil once the start of the stream is reached. Forward, at the end, it
    /// is the number of the next event to be written, so check ``isEndOfStream`` to know when to stop.
    public let next: StreamPosition?
    /// The number of the stream's last event.
    public let lastEventNumber: Int64
    /// Whether the stream ended here at the time of the read.
    public let isEndOfStream: Bool
}
