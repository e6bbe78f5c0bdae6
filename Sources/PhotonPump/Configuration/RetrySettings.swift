/// How a request that was not served is sent again, within the time of its call.
public struct RetrySettings: Sendable, Hashable {
    /// How many times at most; nil for as many as the time of the call allows. 10.
    public var maximum: Int? = 10
    /// Whether to send a request again whose answer never came, because the connection was lost. True: writes are
    /// safe to repeat, because the server recognises their events.
    public var afterNoAnswer = true

    /// The defaults.
    public init() {}
}
