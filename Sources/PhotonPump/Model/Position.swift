/// A place in the server's log, in which all streams are written one behind the other.
public struct Position: Sendable, Hashable, Comparable, Codable {
    /// The place of the record that committed an event.
    public let commit: Int64
    /// The place of the event itself; differs from ``commit`` within transactions.
    public let prepare: Int64

    /// The position at the two places given.
    public init(commit: Int64, prepare: Int64) {
        self.commit = commit
        self.prepare = prepare
    }

    /// Before the first event.
    public static let start = Position(commit: 0, prepare: 0)
    /// Behind the last event there is when it is used.
    public static let end = Position(commit: -1, prepare: -1)

    /// By commit, then by prepare position. ``end`` is a name for a place, not the largest position.
    public static func < (a: Position, b: Position) -> Bool {
        (a.commit, a.prepare) < (b.commit, b.prepare)
    }
}

extension Position: CustomStringConvertible {
    /// `COMMIT/PREPARE`
    public var description: String { "\(self.commit)/\(self.prepare)" }
}
