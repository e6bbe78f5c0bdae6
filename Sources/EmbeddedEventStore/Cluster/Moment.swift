internal import Foundation

/// A point in time, by the clock and by the log.
struct Moment {
    var time: Date
    /// Where the log's last record starts, and where it ends.
    var lastPosition: Int64
    var endPosition: Int64
}
