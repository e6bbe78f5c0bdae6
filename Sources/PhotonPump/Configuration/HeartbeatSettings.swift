/// How a dead connection is detected.
public struct HeartbeatSettings: Sendable, Hashable {
    /// The silence after which the client sends a heartbeat. 750 ms by default.
    public var interval: Duration = .milliseconds(750)
    /// How long the client waits for an answer (any byte counts) before it gives the connection up. 5 s by default.
    public var timeout: Duration = .seconds(5)

    /// The defaults.
    public init() {}
}
