package import PhotonPumpTransport

/// What is put on a socket.
package struct Layers: Sendable {
    /// Speaks TLS; nil is plain.
    package var tls: TLSContext?
    /// Whom the server's certificate should be for; nil is the host connected to.
    package var serverName: String?
    /// Moves one byte at a time, below TLS and above it.
    package var isTrickling: Bool
    /// Whether what comes is cut into packages; otherwise it is got with ``ScriptedPeer/nextBytes()``.
    package var isFramed = true

    package static let plain = Layers()
    /// For protocols without packages.
    package static let unframed = Layers(isFramed: false)

    package init(tls: TLSContext? = nil, serverName: String? = nil, isTrickling: Bool = false, isFramed: Bool = true) {
        self.tls = tls
        self.serverName = serverName
        self.isTrickling = isTrickling
        self.isFramed = isFramed
    }

    /// - Parameter host: for a client, what it connected to.
    func put(on socket: any Transport, host: String?, executor: QueueExecutor) throws(TLSError) -> any Transport {
        var transport: any Transport = self.isTrickling ? TricklingTransport(socket) : socket
        guard let tls else { return transport }
        if let host {
            transport = try TLSTransport(
                client: transport, tls, serverName: self.serverName ?? host, executor: executor)
        } else {
            transport = try TLSTransport(server: transport, tls, executor: executor)
        }
        return self.isTrickling ? TricklingTransport(transport) : transport
    }
}
