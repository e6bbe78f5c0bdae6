public import Logging
public import PhotonPumpSystem

/// Options for a single call, where it should differ from the client's settings.
public struct CallOptions: Sendable, Hashable {
    /// The time limit for the whole call: waiting for its turn, the server's answer, and repeating the request after a
    /// lost connection or while the node is not ready or too busy. nil means ``Client/Configuration/operationTimeout``.
    public var timeout: Duration?
    /// The user to make this call as; nil means the user the client is connected as.
    public var credentials: Credentials?
    /// Whether only the cluster's master may serve the call. nil means yes for calls that change something, and no for
    /// reads, which another node may answer with slightly older data.
    public var requireMaster: Bool?
    /// The correlation id of the call's request, which servers log and proxies see; nil, the default, means one that the
    /// client chooses. If the call makes several requests one after another, all of them have it, except for those that
    /// find out whether a write was made. Iterations and subscriptions choose their own.
    ///
    /// Use each id once: a late answer to an earlier call would be taken for that of this one.
    public var correlationID: UUID?
    /// Receives what is logged about this call or subscription alone, instead of the client's logger; with its `trace`
    /// level, also each request and answer. It does not count when options are compared.
    public var logger: Logger? {
        get { self.uncompared.logger }
        set { self.uncompared.logger = newValue }
    }
    private var uncompared = Uncompared()

    private struct Uncompared: Hashable {
        var logger: Logger?

        static func == (_: Self, _: Self) -> Bool { true }
        func hash(into hasher: inout Hasher) {}
    }

    /// The given options; whatever is nil is taken from the client's settings.
    public init(
        timeout: Duration? = nil, credentials: Credentials? = nil, requireMaster: Bool? = nil,
        correlationID: UUID? = nil, logger: Logger? = nil
    ) {
        self.timeout = timeout
        self.credentials = credentials
        self.requireMaster = requireMaster
        self.correlationID = correlationID
        self.logger = logger
    }
}
