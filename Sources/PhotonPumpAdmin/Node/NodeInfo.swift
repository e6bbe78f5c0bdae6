public import PhotonPump

/// What a node says of itself.
public struct NodeInfo: Sendable, Hashable {
    /// Such as `5.0.11.0`.
    public let version: String
    /// Its state in the cluster; nil if this library does not know it, see ``stateName``.
    public let state: NodeState?
    /// The server's word for the state.
    public let stateName: String
    /// Which projections run, such as `All`, `System` or `None`; nil if the server does not tell.
    public let projectionsMode: String?
    /// All that the server tells, by its names.
    public let values: JSONValue

    /// Whether it serves requests: it is the master, or follows one, or is a read-only replica that serves reads without one.
    public var isReady: Bool {
        switch self.state {
        case .master, .follower, .clone, .readOnlyReplica, .readOnlyLeaderless: true
        default: false
        }
    }
}

extension NodeInfo: Decodable {
    private enum CodingKeys: String, CodingKey {
        case esVersion, state, projectionsMode
    }

    /// From a server's answer.
    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        self.version = try members.decode(String.self, forKey: .esVersion)
        self.stateName = try members.decode(String.self, forKey: .state)
        self.state = NodeState(name: self.stateName)
        self.projectionsMode = try members.decodeIfPresent(String.self, forKey: .projectionsMode)
        self.values = try JSONValue(from: decoder)
    }
}
