internal import Logging
internal import PhotonPumpTransport
internal import PhotonPumpWire

/// Attempts to make a connection: the one that the client is without, or one that is to replace it.
extension Client {
    func newAttempt(_ number: Int, _ node: NodeFinder.Node) -> ConnectionAttempt {
        let timer = QueueTimer(on: self.executor.queue) { [weak self] in
            self?.assumeIsolated { $0.attemptTimerFired(number) }
        }
        let ends = ContinuousClock.now + self.configuration.connectTimeout
        return ConnectionAttempt(number, node, login: self.login, ends: ends, timer: timer)
    }

    /// The attempt with this number, unless it is over.
    func attempt(_ number: Int) -> ConnectionAttempt? {
        if case .attempting(let attempt) = self.link, attempt.number == number { return attempt }
        return self.successor?.number == number ? self.successor : nil
    }

    func begin(_ attempt: ConnectionAttempt) {
        let (number, endpoint) = (attempt.number, attempt.node.endpoint)
        self.logger.debug("connecting", metadata: [LogKey.endpoint: "\(endpoint)"])
        self.environment.addresses(of: endpoint.host, endpoint.port, on: self.executor.queue) { [weak self] result in
            self?.assumeIsolated { $0.resolved(result, number) }
        }
    }

    private func resolved(_ result: Result<[SocketAddress], SocketError>, _ number: Int) {
        guard let attempt = self.attempt(number), attempt.isLocating else { return }
        switch result {
        case .failure(let error):
            self.failed(attempt, self.failure("cannot find '\(attempt.node.endpoint.host)'", error))
        case .success(let addresses):
            attempt.connect(
                self.environment.connection(to: addresses, on: self.executor) { [weak self] in
                    self?.assumeIsolated { $0.socketSettled(number) }
                })
        }
    }

    private func socketSettled(_ number: Int) {
        guard let attempt = self.attempt(number) else { return }
        do throws(TransportError) {
            guard let socket = try attempt.takeSocket() else { return }
            let channel = PackageChannel(
                try self.secured(socket, attempt.node),
                frameLimit: self.configuration.maximumFrameSize,
                skipLimit: Self.mostSkipped * self.configuration.maximumFrameSize
            )
            channel.activate { [weak self] event in self?.assumeIsolated { $0.channelReady(event, number) } }
            attempt.introduce(on: channel, self.handshake(as: attempt.login))
            if attempt !== self.successor {
                self.connector.accepted()
                self.phaseBegan = .now
            }
            self.ask(attempt)
        } catch {
            self.failed(attempt, self.failure("cannot connect", error), isPermanent: error.isPermanent)
        }
    }

    private func secured(_ socket: any Transport, _ node: NodeFinder.Node) throws(TransportError) -> any Transport {
        guard let tls else { return socket }
        let name = self.configuration.tls?.expectedHostName ?? node.endpoint.host
        do throws(TLSError) {
            return try TLSTransport(client: socket, tls, serverName: name, executor: self.executor)
        } catch {
            throw .tls(error)
        }
    }

    private func handshake(as login: Login?) -> Handshake {
        let isKnown = login != nil && login == self.acceptedLogin
        let patience = self.configuration.connectTimeout
        return Handshake(
            login: login,
            connectionName: self.configuration.connectionName,
            acquaintance: isKnown ? .init(refusedSince: self.refusedSince, patience: patience) : nil,
            now: .now
        )
    }

    private func attemptTimerFired(_ number: Int) {
        guard let attempt = self.attempt(number) else { return }
        if ContinuousClock.now >= attempt.ends {
            let isIntroducing = !attempt.isLocating
            self.failed(
                attempt, self.overdue(attempt), isStarting: isIntroducing, isForeseen: attempt.refusal != nil)
        } else {
            self.ask(attempt)
        }
    }

    private func ask(_ attempt: ConnectionAttempt) {
        attempt.ask(self.ids.next(), now: .now)
        if let channel = attempt.channel { self.flush(channel, attempt.number) }
    }

    func received(_ package: Package, _ attempt: ConnectionAttempt) {
        if package.command == .heartbeatRequest {
            attempt.channel?.send(Package(.heartbeatResponse, package.correlation))
            return
        }
        let action = attempt.received(package, nextID: self.ids.next(), now: .now)
        self.refusedSince = attempt.refusedSince
        switch action {
        case nil:
            self.logger.debug("unexpected package", metadata: [LogKey.command: "\(package.command)"])
        case .send(let package):
            attempt.channel?.send(package)
            self.ask(attempt)
        case .wait:
            self.noteRefusal(attempt)
            self.ask(attempt)
        case .fail(let error, let isPermanent):
            self.failed(attempt, error, isPermanent: isPermanent)
        case .finish:
            if attempt === self.successor { self.succeed(attempt) } else { self.introduced(attempt) }
        }
    }

    private func noteRefusal(_ attempt: ConnectionAttempt) {
        guard var refusal = attempt.refusal else { return }
        refusal.endpoint = attempt.node.endpoint.description
        if attempt !== self.successor { self.lastError = refusal }
        self.logger.debug("not accepted yet", metadata: [LogKey.error: "\(refusal)"])
    }

    private func introduced(_ attempt: ConnectionAttempt) {
        guard let channel = attempt.take() else { return }
        self.connector.introduced()
        self.isStranded = false
        self.logger.log(
            level: self.lastError == nil ? .debug : .info, "connected",
            metadata: [LogKey.endpoint: "\(channel.peer)"])
        self.settle(on: channel, as: attempt.login)
        let waiters = self.connectWaiters
        self.connectWaiters = [:]
        for waiter in waiters.values { waiter.continuation.resume() }
    }

    /// From now on, this is the connection.
    func settle(on channel: PackageChannel, as login: Login?) {
        self.acceptedLogin = login
        self.phaseBegan = .now
        self.link = .connected(channel, Heartbeat(self.configuration.heartbeat, now: .now))
        self.heartbeat = nil
        self.heartbeatRoundTrip = nil
        if let endpoint = self.node?.endpoint { self.announce(.connected(endpoint)) }
        self.startTimer(after: self.configuration.heartbeat.interval)
        self.watchForSilence()
        self.lookForBetterNode()
    }

    func failed(
        _ attempt: ConnectionAttempt, _ error: PhotonPumpError, isPermanent: Bool = false, isStarting: Bool = false,
        isForeseen: Bool = false
    ) {
        guard attempt === self.successor else {
            return self.attemptFailed(
                error, isPermanent: isPermanent, isStarting: isStarting, isForeseen: isForeseen)
        }
        self.successorFailed(error)
    }
}
