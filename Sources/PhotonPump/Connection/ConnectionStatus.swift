/// The state of a client's connection.
public struct ConnectionStatus: Sendable {
    /// The phases of a connection.
    public enum Phase: Sendable, Hashable {
        /// Not connected, and not trying; the next call or ``Client/connect()`` changes that.
        case idle
        /// Looking for a node of the cluster.
        case discovering
        /// Making a connection.
        case connecting
        /// Authenticating and identifying itself.
        case authenticating
        /// Ready for requests.
        case connected
        /// Waiting before the next attempt to connect.
        case waiting
        /// Closed for good.
        case closed
    }

    /// The current phase.
    public let phase: Phase
    /// When that phase began.
    public let since: ContinuousClock.Instant
    /// The server that the client is connected to or tried last; nil before the first attempt and after closing.
    public let endpoint: Endpoint?
    /// The server's state in its cluster; nil while it is not known.
    ///
    /// It comes from the gossip in which the server was found, from the node that named it as the master, and from its own
    /// answers: a call that needs the master, such as a write, is served or refused by what it is at that moment. With
    /// ``DiscoverySettings/backgroundInterval``, it is also what gossip said last. Nothing is asked for this alone, so of
    /// a server with a fixed address it is not known before the first such call, or ``Client/findRole(options:)``, and what
    /// an election has changed is not, either. A server without a cluster is a master.
    public let role: NodeState?
    /// The number of failed attempts since the last connection that lasted.
    public let failedAttempts: Int
    /// Why the last attempt failed or the last connection ended; nil if neither has happened.
    public let lastError: PhotonPumpError?
    /// The round trip of the connection's last heartbeat; nil before its first. No heartbeats are sent while other
    /// answers arrive.
    public let heartbeatRoundTrip: Duration?
}

/// A change of a client's connection.
public enum ConnectionChange: Sendable {
    /// The client is connected.
    case connected(Endpoint)
    /// The connection was lost, or given up for one to another node.
    case disconnected(PhotonPumpError)
    /// An attempt to connect failed; the next one, with this number, follows after the pause.
    case reconnecting(attempt: Int, after: Duration, cause: PhotonPumpError)
    /// The server does not accept the user. The next call tries again.
    case authenticationFailed(PhotonPumpError)
    /// The client makes no further attempts until the next call.
    case gaveUp(PhotonPumpError)
    /// The client was closed. This is the last change.
    case closed
}
