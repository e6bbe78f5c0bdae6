/// How a node of a cluster is found.
public struct DiscoverySettings: Sendable, Hashable {
    /// How often all known nodes are asked before finding one has failed; nil, the default, for as long as it takes.
    public var maximumAttempts: Int?
    /// The pause before they are asked again. 500 ms.
    public var interval: Duration = .milliseconds(500)
    /// How long one of them may take to answer. 1 s.
    public var gossipTimeout: Duration = .seconds(1)
    /// How often a connected client looks whether there is a node that it prefers to its own; nil, the default, for
    /// never.
    public var backgroundInterval: Duration?
    /// Whether gossip is asked for by HTTPS; nil, the default, for doing as the TCP connection does. Without TLS
    /// settings for that one, the system's authorities are trusted.
    public var gossipOverTLS: Bool?

    /// The defaults.
    public init() {}
}
