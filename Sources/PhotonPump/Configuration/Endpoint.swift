/// Where a server listens.
public struct Endpoint: Sendable, Hashable {
    /// The port of EventStore's TCP protocol, 1113.
    public static let defaultPort = 1113
    /// The usual port of servers that speak it over TLS on a port of its own, 1115.
    public static let defaultTLSPort = 1115
    /// The port on which servers tell of their cluster, 2113.
    public static let defaultGossipPort = 2113

    /// A name, or an IPv4 or IPv6 address (without brackets). Names are looked up at every attempt to connect.
    public var host: String
    /// 1 to 65535.
    public var port: Int

    /// The endpoint of a host, on the protocol's usual port unless another is given.
    public init(host: String, port: Int = Self.defaultPort) {
        self.host = host
        self.port = port
    }
}

extension Endpoint {
    /// Whether a host may contain it, so that it can be told from what surrounds a host in a connection string.
    static func isHostCharacter(_ character: Character) -> Bool {
        !(character.isWhitespace || "/,;@#?&=\"'[]\0".contains(character))
    }
}

extension Endpoint: CustomStringConvertible {
    /// `host:port`, with brackets around an IPv6 address.
    public var description: String {
        self.host.contains(":") ? "[\(self.host)]:\(self.port)" : "\(self.host):\(self.port)"
    }
}
