/// The number of calls a client is working on.
public struct ClientLoad: Sendable, Hashable {
    /// Requests waiting for the server's answer; at most ``Client/Configuration/maximumInFlight``.
    public let inFlight: Int
    /// Requests waiting to be sent, or to be sent again.
    public let waiting: Int
    /// Calls whose tasks are suspended until others have ended, because ``Client/Configuration/maximumWaiting`` calls
    /// are waiting already.
    public let suspended: Int

    /// A load to compare with; all counts are 0 unless given.
    public init(inFlight: Int = 0, waiting: Int = 0, suspended: Int = 0) {
        self.inFlight = inFlight
        self.waiting = waiting
        self.suspended = suspended
    }
}
