/// How a connection that has gone silent is recognised.
public struct HeartbeatSettings: Sendable, Hashable {
    /// The silence after which the server is asked for a sign of life. 750 ms.
    public var interval: Duration = .milliseconds(750)
    /// How long that sign (any byte counts) may take before the connection is given up. 5 s.
    public var timeout: Duration = .seconds(5)

    /// The defaults.
    public init() {}
}
