/// A part of the log, in which all streams are written one behind the other.
public struct AllSlice: Sendable, Hashable {
    /// The order of ``events``.
    public let direction: Direction
    /// The events, in the order they were read, each with its position. A filtered slice without any need not be the
    /// end: see ``isEnd``.
    public let events: [ResolvedEvent]
    /// Where the reading began.
    public let from: Position
    /// Where to go on reading in the same direction. Valid for good, also at the end, where later events will be.
    public let next: Position
    /// Whether the log ended here, in this direction, when it was read. Unfiltered (and filtered by the client) it shows
    /// only once nothing more comes; so go on until this is true.
    public let isEnd: Bool
}
