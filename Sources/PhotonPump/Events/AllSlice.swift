/// A part of the log, which holds the events of all streams in the order they were written.
public struct AllSlice: Sendable, Hashable {
    /// The order of ``events``.
    public let direction: Direction
    /// The events, in the order they were read, each with its position. A filtered slice without events need not be the
    /// end: see ``isEnd``.
    public let events: [ResolvedEvent]
    /// Where the slice begins.
    public let from: Position
    /// Where to continue reading in the same direction. It stays valid, even at the end, where later events will
    /// follow.
    public let next: Position
    /// Whether the log ended here, in this direction, at the time of the read. Without a filter, or with one that the
    /// client applies, this is known only from an empty slice, so read on until it is true.
    public let isEnd: Bool
}
