/// A place in the log: that of the record which made an event visible, and that of the event itself. They are the same
/// unless the event belongs to a transaction.
struct LogPosition: Hashable, Comparable {
    var commit: Int64
    var prepare: Int64

    /// As a client gives it, stands for wherever the log ends.
    static let end = LogPosition(commit: -1, prepare: -1)

    static func < (a: LogPosition, b: LogPosition) -> Bool {
        (a.commit, a.prepare) < (b.commit, b.prepare)
    }
}
