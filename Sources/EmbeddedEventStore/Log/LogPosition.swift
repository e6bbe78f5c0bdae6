/// A position in the log: that of the record that made an event visible, and that of the event itself. They are the
/// same unless the event belongs to a transaction.
struct LogPosition: Hashable, Comparable {
    var commit: Int64
    var prepare: Int64

    /// From a client, this means wherever the log ends.
    static let end = LogPosition(commit: -1, prepare: -1)

    static func < (a: LogPosition, b: LogPosition) -> Bool {
        (a.commit, a.prepare) < (b.commit, b.prepare)
    }
}
