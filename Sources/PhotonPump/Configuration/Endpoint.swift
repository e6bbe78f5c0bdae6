/// The address of a server.
public struct Endpoint: Sendable, Hashable {
    /// The default port of EventStore's TCP protocol, 1113.
    public static let defaultPort = 1113
    /// The usual port of servers that offer the protocol over TLS on a separate port, 1115.
    public static let defaultTLSPort = 1115
    /// The default HTTP port, on which servers offer gossip about their cluster, 2113.
    public static let defaultGossipPort = 2113

    /// A name, or an IPv4 or IPv6 address (without brackets). Names are looked up at every attempt to connect.
    public var host: String
    /// The port, 1 to 65535.
    public var port: Int

    /// Creates an endpoint; without a port, with the protocol's default port.
    public init(host: String, port: Int = Self.defaultPort) {
        self.host = host
        self.port = port
    }
}

extension Endpoint {
    /// Whether a host name or address may contain the character; this tells where a host ends in a connection string.
    static func isHostCharacter(_ character: Character) -> Bool {
        // Characters that cannot be seen could make a terminal show something else.
        let isInvisible = character.unicodeScalars.contains {
            [.control, .format, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory)
        }
        return !(isInvisible || character.isWhitespace || "/,;@#?&=\"'[]".contains(character))
    }

    /// Whether the text may be the name or the address of a host, which has at most 255 bytes.
    static func isHost(_ text: String) -> Bool {
        (1...255).contains(text.utf8.count) && self.firstWrongCharacter(in: text) == nil
    }

    /// The first scalar that no host contains. A mark that combines with what is in front of it would hide others.
    static func firstWrongCharacter(in text: String) -> Character? {
        text.unicodeScalars.lazy.map { Character($0) }.first { !self.isHostCharacter($0) }
    }
}

extension Endpoint: CustomStringConvertible {
    /// `host:port`, with brackets around an IPv6 address.
    public var description: String {
        self.host.unicodeScalars.contains(":") ? "[\(self.host)]:\(self.port)" : "\(self.host):\(self.port)"
    }
}
