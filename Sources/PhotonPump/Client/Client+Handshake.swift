internal import Logging
internal import PhotonPumpTransport
internal import PhotonPumpWire

/// The introduction of this client on a new connection.
extension Client {
    var handshake: Handshake {
        let isKnown = self.login != nil && self.login == self.acceptedLogin
        let patience = self.configuration.connectTimeout
        return Handshake(
            login: self.login,
            connectionName: self.configuration.connectionName,
            acquaintance: isKnown ? .init(refusedSince: self.refusedSince, patience: patience) : nil,
            now: .now
        )
    }

    /// Asks the server to accept this client, if it is time to, until the time for the attempt is up.
    func ask() {
        guard case .handshaking(let channel, var handshake) = self.link else { return }
        let now = ContinuousClock.now
        guard now < self.attemptEnds else { return self.endHandshake(handshake) }
        // What has not left this machine yet need not be said again.
        let isWaiting = channel.unsentCount > 0
        if !isWaiting, let question = handshake.look(self.ids.next(), now: now) {
            channel.send(question)
            self.link = .handshaking(channel, handshake)
            guard self.flush(channel) else { return }
        }
        let next = isWaiting ? now + Handshake.pace : handshake.askAgain
        self.timer?.schedule(after: min(next, self.attemptEnds) - now)
    }

    private func endHandshake(_ handshake: Handshake) {
        self.attemptFailed(self.overdue, isStarting: true, isForeseen: handshake.refusal != nil)
    }

    func handshakeReceived(_ package: Package, _ channel: PackageChannel, _ handshake: Handshake) {
        var handshake = handshake
        let action = handshake.received(package, nextID: self.ids.next(), now: .now)
        self.link = .handshaking(channel, handshake)
        self.refusedSince = handshake.acquaintance?.refusedSince
        switch action {
        case nil:
            self.logger.debug("unexpected package", metadata: [LogKey.command: "\(package.command)"])
        case .send(let package):
            channel.send(package)
            self.ask()
        case .wait:
            self.noteRefusal(handshake.refusal)
            self.ask()
        case .fail(let error, let isPermanent):
            self.attemptFailed(error, isPermanent: isPermanent)
        case .finish:
            self.introduced(channel)
        }
    }

    private func noteRefusal(_ refusal: PhotonPumpError?) {
        guard var refusal else { return }
        refusal.endpoint = self.node?.endpoint.description
        self.lastError = refusal
        self.logger.debug("not accepted yet", metadata: [LogKey.error: "\(refusal)"])
    }

    private func introduced(_ channel: PackageChannel) {
        self.acceptedLogin = self.login
        self.connector.introduced()
        self.phaseBegan = .now
        self.link = .connected(channel, Heartbeat(self.configuration.heartbeat, now: .now))
        self.logger.log(
            level: self.lastError == nil ? .debug : .info, "connected",
            metadata: [LogKey.endpoint: "\(channel.peer)"])
        self.heartbeatRoundTrip = nil
        if let endpoint = self.node?.endpoint { self.announce(.connected(endpoint)) }
        self.watchForSilence()
        self.lookForBetterNode()
        let waiters = self.connectWaiters
        self.connectWaiters = [:]
        for waiter in waiters.values { waiter.continuation.resume() }
    }
}
