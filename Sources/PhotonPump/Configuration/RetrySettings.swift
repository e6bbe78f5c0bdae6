/// How often a request is sent again whose answer was lost with the connection, within the time limit of its call.
/// (Requests that a node refuses because it is not ready or too busy are sent again for as long as that limit allows.)
public struct RetrySettings: Sendable, Hashable {
    /// The most repetitions; nil for no limit. 10 by default.
    public var maximum: Int? = 10
    /// Whether to send a request again if the connection was lost before the answer came. True by default: servers
    /// recognise a repeated write by its events' ids. With `.any` and `.streamExists` they recognise recent events
    /// only, and forget them when they restart, so a write repeated across a restart may be made twice. Expect a
    /// ``ExpectedVersion/version(_:)`` where that matters, or set this to false.
    public var afterNoAnswer = true

    /// The defaults.
    public init() {}
}
