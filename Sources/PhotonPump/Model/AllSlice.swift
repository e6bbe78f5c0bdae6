/// A part of the log, in which all streams are written one behind the other.
public struct AllSlice: Sendable, Hashable {
    /// The order of ``events``.
    public let direction: Direction
    /// The events, in the order they were read, each with its position. None means the end of the log.
    public let events: [ResolvedEvent]
    /// Where the reading began.
    public let from: Position
    /// Where to go on reading in the same direction. Valid for good, also at the end, where later events will be.
    public let next: Position

    /// Whether the log ended here, in this direction, when it was read.
    public var isEnd: Bool { self.events.isEmpty }
}
