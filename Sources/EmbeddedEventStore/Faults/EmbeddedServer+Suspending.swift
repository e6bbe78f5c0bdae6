internal import PhotonPumpTransport

extension EmbeddedServer {
    /// What a suspended server will have to do when it is resumed.
    struct Suspension {
        /// Whether it finds the others of its cluster then.
        var joins = false
        /// Whether its startup has come to its end meanwhile.
        var finishesStartup = false
        /// The connections that the system has accepted meanwhile.
        var accepted: [(socket: SocketTransport, secure: Bool)] = []
        /// The number of HTTP requests that have come meanwhile.
        var requestsReceived = 0
    }

    /// Suspends the server, as a process that is stopped by a signal: connecting succeeds, but nothing that clients send
    /// is read or answered, over TCP or HTTP, and subscriptions fall silent. It can be stopped or killed meanwhile. If
    /// it is suspended already, or not running, nothing happens.
    ///
    /// A subscriber for whom more than ``Configuration/pendingSendLimit`` bytes collect meanwhile is disconnected.
    public func suspend() {
        self.suspend(electing: .immediate)
    }

    /// - Parameter election: how its cluster elects another master, if this is the master.
    func suspend(electing election: Election) {
        guard self.listeners != nil, self.suspension == nil else { return }
        self.injector.isSuspended = true
        let leaves = self.core.assumeIsolated { $0.loseTouch(with: self.number, electing: election) }
        self.suspension = Suspension(joins: leaves)
    }

    /// Resumes a server that was suspended: it reads and answers what clients have sent meanwhile. If it is not
    /// suspended, nothing happens.
    public func resume() {
        guard let suspension = self.endSuspension() else { return }
        if suspension.finishesStartup { self.finishStartup() }
        if suspension.joins { self.findOthers() }
        for (socket, secure) in suspension.accepted { self.accept(socket, secure: secure) }
        self.connections.handle(.resumed)
        self.listeners?.http?.assumeIsolated { $0.resume() }
    }

    @discardableResult
    func endSuspension() -> Suspension? {
        guard let suspension = self.suspension else { return nil }
        self.suspension = nil
        self.injector.isSuspended = false
        return suspension
    }

    /// Returns as soon as this is true of the suspended server's burden.
    ///
    /// - Throws: `CancellationError`.
    func waitForSuspension(until condition: @escaping @Sendable (Suspension) -> Bool) async throws {
        try await self.suspensionWatchers.wait(self.suspension, until: condition)
    }
}
