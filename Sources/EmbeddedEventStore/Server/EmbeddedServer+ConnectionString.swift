internal import Foundation

extension EmbeddedServer {
    /// What a client on this machine connects with: `tcp://admin:changeit@127.0.0.1:PORT`, with the first user of the
    /// configuration. It is complete once the server has started.
    public var connectionString: String {
        let login = self.configuration.users.first.map { user in
            [user.name, user.password].map(Self.escaped).joined(separator: ":") + "@"
        }
        return "tcp://\(login ?? "")\(self.reachableHost):\(self.port)"
    }

    /// The configured host as a client writes it.
    private var reachableHost: String {
        switch self.configuration.host {
        case "0.0.0.0": "127.0.0.1"
        case "::": "[::1]"
        case let host where host.contains(":"): "[\(host)]"
        case let host: host
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
