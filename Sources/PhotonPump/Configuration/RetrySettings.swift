/// How often a request whose answer was lost with the connection is sent again, within the time limit of its call.
/// (Requests that a node refuses because it is not ready or too busy, or could not complete in time, are sent again for as
/// long as that limit allows.)
public struct RetrySettings: Sendable, Hashable {
    /// What to do about a write when it cannot be found out whether it was made.
    public enum DoubtfulWrites: String, Sendable, Hashable, CaseIterable {
        /// Its call fails, and ``PhotonPumpError/mayHaveBeenApplied`` is true.
        case fail
        /// It is sent again as it is. If the server no longer remembers it, it is made twice.
        case `repeat`
    }

    /// The most repetitions; nil for no limit. 10 by default.
    public var maximum: Int? = 10
    /// Whether to send a request again if the connection was lost before the answer came. True by default. Writes with
    /// `.any` and `.streamExists`, which servers recognise only as long as they remember them, are looked for in the
    /// stream first; see <doc:Delivery>.
    public var afterNoAnswer = true
    /// What to do about a write when it cannot be found out whether it was made. Its call fails by default.
    public var doubtfulWrites = DoubtfulWrites.fail
    /// The most events of a stream to look at, from its end backward, to find out whether a write was made. 10,000 by
    /// default.
    public var searchLimit = 10_000

    /// The defaults.
    public init() {}
}
