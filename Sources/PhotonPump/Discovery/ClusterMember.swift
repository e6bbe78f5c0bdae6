public import PhotonPumpSystem

/// A node, as described by its cluster's gossip.
public struct ClusterMember: Sendable, Hashable {
    /// The node's id for as long as it runs; nil if the cluster has not heard from it yet.
    public var id: UUID?
    /// The node's current state.
    public var state: NodeState
    /// Whether the cluster has heard from it recently.
    public var isAlive: Bool
    /// The host of its TCP port, as clients reach it.
    public var tcpHost: String
    /// The port without TLS; nil if there is none.
    public var tcpPort: Int?
    /// The port with TLS; nil if there is none.
    public var tlsPort: Int?
    /// Where clients reach its HTTP interface; nil if unknown.
    public var http: Endpoint?
    /// Whether it is a read-only replica, which takes no part in elections and accepts no writes.
    public var isReadOnlyReplica = false
    /// The position of its last transaction; nil if unknown.
    public var lastCommitPosition: Int64?
    /// How far its log is written; nil if unknown.
    public var writerCheckpoint: Int64?
    /// The number of the last election it knows of; nil if unknown.
    public var epochNumber: Int?
    /// Its priority in elections.
    public var nodePriority = 0

    /// Creates a node with these properties and defaults for the others, to test a ``NodeSelector``.
    public init(state: NodeState, isAlive: Bool = true, tcpHost: String, tcpPort: Int? = nil, tlsPort: Int? = nil) {
        self.state = state
        self.isAlive = isAlive
        self.tcpHost = tcpHost
        self.tcpPort = tcpPort
        self.tlsPort = tlsPort
    }
}

extension ClusterMember {
    /// The endpoint that clients connect to.
    ///
    /// - Parameter usesTLS: whether to connect with TLS.
    /// - Returns: nil if the node does not offer that.
    public func endpoint(usesTLS: Bool) -> Endpoint? {
        (usesTLS ? self.tlsPort : self.tcpPort).map { Endpoint(host: self.tcpHost, port: $0) }
    }

    /// Why there is no such endpoint.
    func whyNoEndpoint(usesTLS: Bool) -> String {
        switch (self.tcpPort, self.tlsPort) {
        case (nil, nil): "its TCP interface is switched off"
        case (let port?, _) where usesTLS: "its TCP interface has no port for TLS, only port \(port) without TLS"
        case (_, let port): "its TCP interface requires TLS\(port.map { ", on port \($0)" } ?? "")"
        }
    }
}

extension ClusterMember: CustomStringConvertible {
    /// Its address and state.
    public var description: String {
        let endpoint =
            self.endpoint(usesTLS: false) ?? self.endpoint(usesTLS: true) ?? self.http
            ?? Endpoint(host: self.tcpHost, port: 0)
        return "\(endpoint) (\(self.state.rawValue)\(self.isAlive ? "" : ", not alive"))"
    }
}
