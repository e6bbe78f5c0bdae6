internal import PhotonPumpTransport

/// The address of a node, as seen from outside.
struct NodeAddress: Hashable, Sendable {
    var host: String
    /// The port for plain connections.
    var tcpPort: Int?
    var httpPort: Int?
    /// The port for TLS.
    var secureTCPPort: Int?

    /// As configured: ports that the system will pick are 0.
    init(_ configuration: EmbeddedServer.Configuration) {
        self.init(
            host: configuration.host,
            tcpPort: configuration.acceptsPlainConnections ? configuration.port : nil,
            httpPort: configuration.httpPort,
            secureTCPPort: configuration.tls?.port
        )
    }

    init(host: String, tcpPort: Int?, httpPort: Int? = nil, secureTCPPort: Int? = nil) {
        self.host = host
        self.tcpPort = tcpPort
        self.httpPort = httpPort
        self.secureTCPPort = secureTCPPort
    }

    /// Reserves its ports on `host`, and picks those that are 0.
    mutating func reservePorts(on host: String) throws(SocketError) -> [PortReservation] {
        var reservations: [PortReservation] = []
        for port in Self.ports {
            guard let number = self[keyPath: port] else { continue }
            let reservation = try PortReservation(host: host, port: number)
            self[keyPath: port] = reservation.port
            reservations.append(reservation)
        }
        return reservations
    }

    /// Picks its ports that are 0; in memory nobody else gets them.
    mutating func pickPorts(of memory: MemoryHost) {
        for port in Self.ports where self[keyPath: port] == 0 { self[keyPath: port] = memory.freePort() }
    }

    private static var ports: [WritableKeyPath<Self, Int?>] { [\.tcpPort, \.secureTCPPort, \.httpPort] }

    /// The plain TCP port that clients are told; a node of the later generation has none if it has a TLS port.
    func plainTCPPort(_ generation: Generation) -> Int? {
        generation == .version20 && self.secureTCPPort != nil ? nil : self.tcpPort
    }
}
