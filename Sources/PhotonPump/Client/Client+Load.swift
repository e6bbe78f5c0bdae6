/// How many calls a client has in hand.
public struct ClientLoad: Sendable, Hashable {
    /// Requests that wait for the server's answer; at most ``Client/Configuration/maximumInFlight``.
    public let inFlight: Int
    /// Requests that wait to be sent, or to be sent again.
    public let waiting: Int
    /// Calls whose tasks are suspended until others have ended, because as many as
    /// ``Client/Configuration/maximumWaiting`` allows wait already.
    public let suspended: Int

    /// So many of each, to compare with; none unless given.
    public init(inFlight: Int = 0, waiting: Int = 0, suspended: Int = 0) {
        self.inFlight = inFlight
        self.waiting = waiting
        self.suspended = suspended
    }
}

extension Client {
    /// How many calls this client has in hand just now; the pages that iterators fetch are included.
    public var load: ClientLoad {
        ClientLoad(
            inFlight: self.table.inFlightCount,
            waiting: self.table.waitingCount,
            suspended: self.line.waitingCount
        )
    }
}
