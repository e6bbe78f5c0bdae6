internal import PhotonPumpTransport

/// What the client asks of the system for its TCP connections. What is nil, the default, is left to the system. Small
/// packages are never held back (`TCP_NODELAY` is set).
public struct SocketSettings: Sendable, Hashable {
    /// The silence after which the system itself looks whether the server is there (`SO_KEEPALIVE`), in whole seconds; nil,
    /// the default, for never. A dead connection is noticed sooner by ``HeartbeatSettings``, unless those are rare.
    public var keepAlive: Duration?
    /// The time until the system looks again if there is no answer, in whole seconds. Only with ``keepAlive``.
    public var keepAliveInterval: Duration?
    /// How often the system looks in vain before it ends the connection, 1 to 127. Only with ``keepAlive``.
    public var keepAliveCount: Int?
    /// The system's buffer for what was sent and is not acknowledged yet (`SO_SNDBUF`), in bytes. Larger ones make up for
    /// long round trips. Systems have limits of their own and round the number.
    public var sendBufferSize: Int?
    /// The system's buffer for what has arrived (`SO_RCVBUF`), in bytes. With a size, Linux no longer adapts it.
    public var receiveBufferSize: Int?
    /// The numeric address of this machine that connections are made from, on a machine with several; those over HTTP, too.
    /// Servers whose address is of the other kind (IPv4 or IPv6) cannot be connected to then.
    public var localAddress: String?

    /// The defaults.
    public init() {}
}

extension SocketSettings {
    /// What systems accept.
    private static let seconds: ClosedRange<Duration> = .seconds(1)...(.seconds(32_767))
    private static let bytes = 1...(1 << 30)

    /// The problem with them, if there is one.
    var problem: String? {
        for case (let name, let time?) in [
            ("keepAlive", self.keepAlive), ("keepAliveInterval", self.keepAliveInterval),
        ]
        where !Self.seconds.contains(time) {
            return "\(name) \(time.words) is not between 1 s and 32767 s"
        }
        if let keepAliveCount, !(1...127).contains(keepAliveCount) {
            return "keepAliveCount \(keepAliveCount) is not between 1 and 127"
        }
        if self.keepAlive == nil, self.keepAliveInterval != nil || self.keepAliveCount != nil {
            return "keepAliveInterval and keepAliveCount have no effect without keepAlive"
        }
        let sizes = [("sendBufferSize", self.sendBufferSize), ("receiveBufferSize", self.receiveBufferSize)]
        for case (let name, let size?) in sizes where !Self.bytes.contains(size) {
            return "\(name) \(size) is not between 1 and \(Self.bytes.upperBound)"
        }
        if let localAddress, SocketAddress(numeric: localAddress) == nil {
            return "localAddress is not a numeric address"
        }
        return nil
    }

    /// Parts of a second are rounded up.
    var options: SocketOptions {
        func seconds(_ time: Duration?) -> Int? { time.map { Int(($0 / .seconds(1)).rounded(.up)) } }
        var options = SocketOptions()
        options.keepAlive = seconds(self.keepAlive)
        options.keepAliveInterval = seconds(self.keepAliveInterval)
        options.keepAliveCount = self.keepAliveCount
        options.sendBufferSize = self.sendBufferSize
        options.receiveBufferSize = self.receiveBufferSize
        options.localAddress = self.localAddress
        return options
    }
}
