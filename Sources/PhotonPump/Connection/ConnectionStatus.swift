/// Where a client stands.
public struct ConnectionStatus: Sendable {
    /// What it is at.
    public enum Phase: Sendable, Hashable {
        /// Not connected, and not about to; the next call, or ``Client/connect()``, changes that.
        case idle
        /// Looking for a node of the cluster.
        case discovering
        /// Making a connection.
        case connecting
        /// Authenticating and identifying itself.
        case authenticating
        /// Ready.
        case connected
        /// Between two attempts to connect.
        case waiting
        /// Closed for good.
        case closed
    }

    /// What the client is at.
    public let phase: Phase
    /// Since when.
    public let since: ContinuousClock.Instant
    /// The server, while it is connected to or tried.
    public let endpoint: Endpoint?
    /// What the server is in its cluster, according to the gossip it was found by; nil when it was not found that way.
    public let role: NodeState?
    /// How many attempts have failed since the last connection that lasted.
    public let failedAttempts: Int
    /// Why the last attempt failed or the last connection ended; nil as long as there was nothing of that kind.
    public let lastError: PhotonPumpError?
    /// How long the last heartbeat took to be answered; nil as long as none was. None is sent while other answers come.
    public let heartbeatRoundTrip: Duration?
}

/// What has happened to a client's connection.
public enum ConnectionChange: Sendable {
    /// The client is connected.
    case connected(Endpoint)
    /// The connection is gone, or was given up for another node's.
    case disconnected(PhotonPumpError)
    /// An attempt to connect has failed; the next one, the one with this number, is made after the pause.
    case reconnecting(attempt: Int, after: Duration, cause: PhotonPumpError)
    /// The server does not accept the user. The next call tries again.
    case authenticationFailed(PhotonPumpError)
    /// No further attempt will be made until somebody calls.
    case gaveUp(PhotonPumpError)
    /// The client was closed. Nothing follows.
    case closed
}
