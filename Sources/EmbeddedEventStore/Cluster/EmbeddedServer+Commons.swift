internal import PhotonPumpTransport
internal import PhotonPumpWire

// A server shares its executor with the commons, and can access it without waiting.
extension EmbeddedServer {
    func answer(_ package: Package, _ session: inout Session, from connection: Int, now: Int64) -> Answer? {
        let client = ClientID(node: self.number, connection: connection)
        return self.commons.assumeIsolated { $0.answer(package, &session, from: client, now: now) }
    }

    private func makeOutlet() -> Outlet {
        Outlet(
            deliver: { [weak self] deliveries in self?.assumeIsolated { $0.deliver(deliveries) } },
            flush: { [weak self] in self?.assumeIsolated { $0.flushDeliveries() } ?? false }
        )
    }

    /// Reserves this server's ports, whether it runs or not, until ``releasePorts()``.
    func reservePorts() throws(EmbeddedServerError) {
        guard self.reservations.isEmpty else { return }
        do {
            let host = self.configuration.host
            var reservations: [PortReservation] = []
            if self.configuration.acceptsPlainConnections {
                let tcp = try PortReservation(host: host, port: self.port)
                reservations.append(tcp)
                self.port = tcp.port
            }
            if let port = self.tlsPort {
                let tls = try PortReservation(host: host, port: port)
                reservations.append(tls)
                self.tlsPort = tls.port
            }
            if let port = self.httpPort {
                let http = try PortReservation(host: host, port: port)
                reservations.append(http)
                self.httpPort = http.port
            }
            self.reservations = reservations
        } catch {
            throw EmbeddedServerError(.cannotListen, error.description)
        }
        let address = self.address(host: self.configuration.host)
        self.commons.assumeIsolated { $0.place(self.number, at: address) }
    }

    func releasePorts() {
        self.reservations = []
    }

    /// Announces where this node is.
    func enterCluster(host: String) {
        let address = self.address(host: host)
        let outlet = self.makeOutlet()
        self.commons.assumeIsolated { commons in
            commons.outlets[self.number] = outlet
            commons.place(self.number, at: address)
        }
    }

    func leaveCluster(electing election: Election) {
        self.startup = nil
        self.commons.assumeIsolated { $0.stopped(self.number, electing: election) }
    }

    /// - Parameter host: the name or address that it listens on.
    private func address(host: String) -> NodeAddress {
        NodeAddress(
            host: Self.reachable(host),
            tcpPort: self.configuration.acceptsPlainConnections ? self.port : nil,
            httpPort: self.httpPort,
            secureTCPPort: self.tlsPort
        )
    }
}
