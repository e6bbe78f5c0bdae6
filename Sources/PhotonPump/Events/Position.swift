/// A position in the server's log, which holds the events of all streams in the order they were written.
public struct Position: Sendable, Hashable, Comparable, Codable {
    /// The position of the record that committed the event.
    public let commit: Int64
    /// The position of the event's own record; differs from ``commit`` in transactions.
    public let prepare: Int64

    /// Creates a position.
    public init(commit: Int64, prepare: Int64) {
        self.commit = commit
        self.prepare = prepare
    }

    /// Before the first event.
    public static let start = Position(commit: 0, prepare: 0)
    /// After the last event at the time it is used.
    public static let end = Position(commit: -1, prepare: -1)

    /// Orders by commit position, then by prepare position. ``end`` is not the largest position, but a name for a
    /// place.
    public static func < (a: Position, b: Position) -> Bool {
        (a.commit, a.prepare) < (b.commit, b.prepare)
    }
}

extension Position: CustomStringConvertible {
    /// `COMMIT/PREPARE`
    public var description: String { "\(self.commit)/\(self.prepare)" }
}
