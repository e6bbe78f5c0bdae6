/// How a single call is made, where it is to differ from the client's settings.
public struct CallOptions: Sendable, Hashable {
    /// How long the call may take in all: waiting for its turn, the server's answer, and repeating the request while
    /// the node is not ready or too busy. nil means ``Client/Configuration/operationTimeout``.
    public var timeout: Duration?
    /// As whom to make this call; nil means as whom the client is connected.
    public var credentials: Credentials?
    /// Whether only the cluster's master may serve it. nil means yes for what changes something, and no for reads,
    /// which another node may answer from slightly older data.
    public var requireMaster: Bool?

    /// The options given, and the client's settings for the others.
    public init(timeout: Duration? = nil, credentials: Credentials? = nil, requireMaster: Bool? = nil) {
        self.timeout = timeout
        self.credentials = credentials
        self.requireMaster = requireMaster
    }
}
