internal import Foundation

extension EmbeddedServer {
    /// What a client on this machine connects with: `tcp://admin:changeit@127.0.0.1:PORT`, with the first user of the
    /// configuration. It is complete once the server has started. A server without plain connections has
    /// ``tlsConnectionString`` here.
    public var connectionString: String {
        if !self.configuration.acceptsPlainConnections, let secure = self.tlsConnectionString { return secure }
        return "tcp://\(self.userInfo)\(self.endpoint(self.port))"
    }

    /// As ``connectionString``, for TLS: `tls://admin:changeit@127.0.0.1:PORT`; nil without TLS.
    public var tlsConnectionString: String? {
        self.tlsPort.map { "tls://\(self.userInfo)\(self.endpoint($0))" }
    }

    /// Where to ask for its gossip.
    var seed: String { self.endpoint(self.httpPort ?? 0) }

    /// The first user's login as a URL has it, with the `@` behind it.
    nonisolated var userInfo: String {
        self.configuration.users.first.map { user in
            [user.name, user.password].map(Self.escaped).joined(separator: ":") + "@"
        } ?? ""
    }

    private func endpoint(_ port: Int) -> String {
        let host = Self.reachable(self.configuration.host)
        return "\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }

    /// Where clients on this machine find a server that listens on `host`.
    static func reachable(_ host: String) -> String {
        switch host {
        case "0.0.0.0": "127.0.0.1"
        case "::": "::1"
        default: host
        }
    }

    /// What a URL's credentials may hold as it is.
    private static let harmless = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
    )

    private static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: self.harmless) ?? text
    }
}
