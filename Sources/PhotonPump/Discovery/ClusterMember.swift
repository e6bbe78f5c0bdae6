public import Foundation

/// A node, as the gossip of its cluster describes it.
public struct ClusterMember: Sendable, Hashable {
    /// What the node calls itself while it runs; nil when nobody has heard of it yet.
    public var id: UUID?
    /// What it does.
    public var state: NodeState
    /// Whether it was heard of lately.
    public var isAlive: Bool
    /// Where clients reach its TCP protocol.
    public var tcpHost: String
    /// The port without TLS; nil when there is none.
    public var tcpPort: Int?
    /// The port with TLS; nil when there is none.
    public var tlsPort: Int?
    /// Where clients reach its HTTP interface; nil when that cannot be told.
    public var http: Endpoint?
    /// Whether it takes no part in elections, and accepts no writes.
    public var isReadOnlyReplica = false
    /// The position of its last transaction; nil when it is not known.
    public var lastCommitPosition: Int64?
    /// How far its log is written; nil when it is not known.
    public var writerCheckpoint: Int64?
    /// The number of the last election it knows of; nil when it is not known.
    public var epochNumber: Int?
    /// What it is preferred by in elections.
    public var nodePriority = 0

    /// A node with these properties, and the defaults of the others; for tests of one's own selection.
    public init(state: NodeState, isAlive: Bool = true, tcpHost: String, tcpPort: Int? = nil, tlsPort: Int? = nil) {
        self.state = state
        self.isAlive = isAlive
        self.tcpHost = tcpHost
        self.tcpPort = tcpPort
        self.tlsPort = tlsPort
    }
}

extension ClusterMember {
    /// Where clients connect to it.
    ///
    /// - Parameter usesTLS: whether with TLS.
    /// - Returns: nil when the node does not offer that.
    public func endpoint(usesTLS: Bool) -> Endpoint? {
        (usesTLS ? self.tlsPort : self.tcpPort).map { Endpoint(host: self.tcpHost, port: $0) }
    }

    /// Why there is no such endpoint.
    func whyNoEndpoint(usesTLS: Bool) -> String {
        switch (self.tcpPort, self.tlsPort) {
        case (nil, nil): "its TCP interface is switched off"
        case (let port?, _) where usesTLS: "its TCP interface has no TLS, only port \(port) without it"
        case (_, let port): "its TCP interface has TLS only\(port.map { ", on port \($0)" } ?? "")"
        }
    }
}

extension ClusterMember: CustomStringConvertible {
    /// Where it is, and its state.
    public var description: String {
        let endpoint =
            self.endpoint(usesTLS: false) ?? self.endpoint(usesTLS: true) ?? self.http
            ?? Endpoint(host: self.tcpHost, port: 0)
        return "\(endpoint) (\(self.state.rawValue)\(self.isAlive ? "" : ", not alive"))"
    }
}
