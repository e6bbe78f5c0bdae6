internal import PhotonPumpSystem

/// What is asked of the system for a connection that is made, besides sending without delay, which always is. What is nil
/// is left to the system.
package struct SocketOptions: Sendable, Hashable {
    /// The silence after which the system looks whether the peer is there, in seconds.
    package var keepAlive: Int?
    /// The time until it looks again if there is no answer, in seconds.
    package var keepAliveInterval: Int?
    /// How often it looks in vain before it ends the connection.
    package var keepAliveCount: Int?
    /// In bytes.
    package var sendBufferSize: Int?
    /// In bytes.
    package var receiveBufferSize: Int?
    /// The numeric address of this machine to connect from.
    package var localAddress: String?

    package init() {}

    /// Prepares a socket that is not connected yet.
    func apply(to descriptor: CInt, for address: SocketAddress) throws(SocketError) {
        let options = [
            (SOL_SOCKET, SO_KEEPALIVE, self.keepAlive.map { _ in 1 }),
            (Platform.tcp, Platform.keepAliveIdle, self.keepAlive),
            (Platform.tcp, TCP_KEEPINTVL, self.keepAliveInterval),
            (Platform.tcp, TCP_KEEPCNT, self.keepAliveCount),
            (SOL_SOCKET, SO_SNDBUF, self.sendBufferSize),
            (SOL_SOCKET, SO_RCVBUF, self.receiveBufferSize),
        ]
        for case (let level, let option, let value?) in options {
            var value = CInt(clamping: value)
            _ = try systemCall("set a socket option", address: address.description) {
                setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<CInt>.size))
            }
        }
        guard let localAddress else { return }
        guard let local = SocketAddress(numeric: localAddress), local.family == address.family else {
            let reason = "it is of another kind than the local address \(localAddress)"
            throw SocketError("connect", reason: reason, address: address.description)
        }
        _ = try systemCall("bind", address: local.description) {
            local.withPointer { bind(descriptor, $0, $1) }
        }
    }
}

extension SocketAddress {
    /// The numeric address of a host, with port 0; nil if it is none.
    package init?(numeric host: String) {
        var hints = addrinfo()
        hints.ai_socktype = Platform.streamSocket
        hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, "0", &hints, &list) == 0, let first = list else { return nil }
        defer { freeaddrinfo(first) }
        guard let address = first.pointee.ai_addr else { return nil }
        self.init(address, length: first.pointee.ai_addrlen)
    }
}
