/// How a node of a cluster is found.
public struct DiscoverySettings: Sendable, Hashable {
    /// How many times to ask all known nodes before giving up; nil, the default, for no limit.
    public var maximumAttempts: Int?
    /// The pause between two rounds of asking. 500 ms by default.
    public var interval: Duration = .milliseconds(500)
    /// How long one node may take to answer. 1 s by default.
    public var gossipTimeout: Duration = .seconds(1)
    /// How often a connected client checks whether there is a node that it prefers to its own; nil, the default, for
    /// never.
    public var backgroundInterval: Duration?
    /// Whether to ask for gossip over HTTPS; nil, the default, to do as the TCP connection does. If that has no TLS
    /// settings, HTTPS trusts the system's authorities.
    public var gossipOverTLS: Bool?
    /// The `Host` header of requests over HTTP, for servers behind a proxy that tells them by their name: a host, or
    /// `host:port`. nil, the default, for the server's own host and port. Where to connect to, and whom a certificate must
    /// be for, do not depend on it.
    public var hostHeader: String?

    /// The defaults.
    public init() {}
}
