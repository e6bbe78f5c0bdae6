internal import PhotonPumpTransport

extension EmbeddedServer {
    /// The connection string for clients on this machine: `tcp://admin:changeit@127.0.0.1:PORT`, with the
    /// configuration's first user. It is complete once the server has started. For a server without plain connections,
    /// it is the same as ``tlsConnectionString``.
    public nonisolated var connectionString: String {
        if !self.configuration.acceptsPlainConnections, let secure = self.tlsConnectionString { return secure }
        return "tcp://\(self.userInfo)\(self.endpoint(self.port))"
    }

    /// The connection string for TLS: `tls://admin:changeit@127.0.0.1:PORT`; nil without TLS.
    public nonisolated var tlsConnectionString: String? {
        self.tlsPort.map { "tls://\(self.userInfo)\(self.endpoint($0))" }
    }

    /// Where to ask for its gossip.
    nonisolated var seed: String { self.endpoint(self.httpPort ?? 0) }

    /// The first user's login as in a URL, followed by `@`.
    nonisolated var userInfo: String {
        self.configuration.users.first.map { user in
            [user.name, user.password].map(PercentEncoding.encode).joined(separator: ":") + "@"
        } ?? ""
    }

    private nonisolated func endpoint(_ port: Int) -> String {
        let host = Self.reachable(self.configuration.host)
        return "\(host.unicodeScalars.contains(":") ? "[\(host)]" : host):\(port)"
    }

    /// The address where clients on this machine find a server that listens on `host`.
    static func reachable(_ host: String) -> String {
        switch host {
        case "0.0.0.0": "127.0.0.1"
        case "::": "::1"
        default: host
        }
    }
}
