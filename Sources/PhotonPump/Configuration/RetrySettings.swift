/// How a request whose answer was lost with the connection is sent again, within the time of its call. (Where a node says
/// that it is not ready or too busy, it is asked again for as long as that time allows.)
public struct RetrySettings: Sendable, Hashable {
    /// How many times at most; nil for as many as the time of the call allows. 10.
    public var maximum: Int? = 10
    /// Whether to send a request again whose answer never came, because the connection was lost. True: writes are
    /// safe to repeat, because the server recognises their events.
    public var afterNoAnswer = true

    /// The defaults.
    public init() {}
}
