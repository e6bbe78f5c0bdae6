internal import PhotonPumpTransport

// A server shares its executor with the core, and can access it without waiting.
extension EmbeddedServer {
    /// Reserves this server's ports, whether it runs or not, until ``releasePorts()``.
    func reservePorts() throws(EmbeddedServerError) {
        guard self.reservations.isEmpty else { return }
        do {
            self.reservations = try self.address.reservePorts(on: self.configuration.host)
        } catch {
            throw EmbeddedServerError(.cannotListen, error.description)
        }
        let address = self.address
        self.core.assumeIsolated { $0.place(self.number, at: address) }
    }

    func releasePorts() {
        self.reservations = []
    }

    /// Announces where this node is.
    func enterCluster() {
        let outlet = Outlet(
            deliver: { [weak self] deliveries in self?.assumeIsolated { $0.connections.deliver(deliveries) } },
            flush: { [weak self] in self?.assumeIsolated { $0.connections.flushDeliveries() } ?? false }
        )
        let address = self.address
        self.core.assumeIsolated { $0.place(self.number, at: address, outlet) }
    }

    func leaveCluster(electing election: Election) {
        self.startup = nil
        self.core.assumeIsolated { $0.stopped(self.number, electing: election) }
    }
}
