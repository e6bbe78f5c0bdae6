internal import Logging
internal import PhotonPumpTransport
internal import PhotonPumpWire

/// From looking up the server's name to a connection that can serve, and the end of it.
extension Client {
    func beginConnecting(_ id: GUID, _ waiter: CheckedContinuation<Void, any Error>) {
        switch self.state {
        case .closed:
            waiter.resume(throwing: PhotonPumpError(.clientClosed, "connect: the client is closed"))
        case .connected:
            waiter.resume()
        case .locating, .handshaking:
            self.connectWaiters[id] = waiter
        case .idle:
            self.connectWaiters[id] = waiter
            self.locate()
        }
    }

    func cancelConnecting(_ id: GUID) {
        guard let waiter = self.connectWaiters.removeValue(forKey: id) else { return }
        waiter.resume(throwing: CancellationError())
        guard self.connectWaiters.isEmpty else { return }
        let cause = PhotonPumpError(.notConnected, "the attempt to connect was cancelled")
        self.end(.idle(cause: cause), waiting: cause, connecting: cause)
    }

    func locate() {
        self.attempt += 1
        let attempt = self.attempt
        self.state = .locating(nil)
        guard case .node(let endpoint) = self.configuration.target, self.configuration.tls == nil else {
            let problem = "clusters and TLS are not connected to yet"
            return self.connectingFailed(PhotonPumpError(.connectionFailed, problem))
        }
        self.logger.debug("connecting", metadata: [LogKey.endpoint: "\(endpoint)"])
        self.startTimer(after: self.configuration.connectTimeout)
        AddressResolver.resolve(host: endpoint.host, port: endpoint.port, on: self.executor.queue) {
            [weak self] result in
            self?.assumeIsolated { $0.resolved(result, attempt) }
        }
    }

    func resolved(_ result: Result<[SocketAddress], SocketError>, _ attempt: Int) {
        guard attempt == self.attempt, case .locating = self.state else { return }
        switch result {
        case .failure(let error):
            self.connectingFailed(self.failure("cannot find '\(self.configuration.target.endpoints[0].host)'", error))
        case .success(let addresses):
            let connector = SocketConnector(addresses, executor: self.executor) { [weak self] in
                self?.assumeIsolated { $0.socketSettled(attempt) }
            }
            self.state = .locating(connector)
            connector.start()
        }
    }

    func socketSettled(_ attempt: Int) {
        guard attempt == self.attempt, case .locating(let connector?) = self.state else { return }
        do throws(SocketError) {
            let channel = PackageChannel(
                try connector.takeTransport(),
                frameLimit: self.configuration.maximumFrameSize
            )
            channel.activate { [weak self] event in self?.assumeIsolated { $0.channelReady(event, attempt) } }
            let handshake = Handshake(
                login: self.login,
                connectionName: self.configuration.connectionName,
                correlation: self.ids.next()
            )
            self.state = .handshaking(channel, handshake)
            channel.send(handshake.opening)
            self.flush(channel)
        } catch {
            self.connectingFailed(self.failure("cannot connect", error))
        }
    }

    func handshakeReceived(_ package: Package, _ channel: PackageChannel, _ handshake: Handshake) {
        var handshake = handshake
        let action = handshake.received(package)
        self.state = .handshaking(channel, handshake)
        switch action {
        case nil:
            self.logger.debug("unexpected package", metadata: [LogKey.command: "\(package.command)"])
        case .send(let package):
            channel.send(package)
        case .fail(let error):
            self.connectingFailed(error)
        case .finish:
            self.state = .connected(channel, Heartbeat(self.configuration.heartbeat, now: .now))
            self.logger.debug("connected", metadata: [LogKey.endpoint: "\(channel.peer)"])
            self.watchForSilence()
            let waiters = self.connectWaiters
            self.connectWaiters = [:]
            for waiter in waiters.values { waiter.resume() }
        }
    }

    func failure(_ problem: String, _ cause: some Error) -> PhotonPumpError {
        PhotonPumpError(.connectionFailed, problem, underlying: cause)
    }

    func connectingFailed(_ error: PhotonPumpError) {
        var error = error
        error.endpoint = self.configuration.target.description
        self.logger.debug("connecting failed", metadata: [LogKey.error: "\(error)"])
        self.end(.idle(cause: error), waiting: error, connecting: error)
    }

    func lost(_ cause: some Error) {
        guard case .connected(let channel, _) = self.state else {
            return self.connectingFailed(self.failure("the connection ended before the server accepted it", cause))
        }
        var error = PhotonPumpError(.connectionLost, "the connection was lost", underlying: cause)
        error.endpoint = channel.peer
        self.logger.warning("connection lost", metadata: [LogKey.error: "\(error)"])
        self.end(.idle(cause: error), waiting: error, connecting: error)
    }

    /// Leaves the connection, if there is one, and ends every wait.
    func end(_ next: State, waiting: PhotonPumpError, connecting: PhotonPumpError) {
        self.attempt += 1
        self.timer = nil
        switch self.state {
        case .handshaking(let channel, _), .connected(let channel, _): channel.close()
        case .locating(let connector): connector?.cancel()
        case .idle, .closed: break
        }
        self.state = next
        let waiters = self.connectWaiters
        self.connectWaiters = [:]
        for waiter in waiters.values { waiter.resume(throwing: connecting) }
        for exchange in self.table.removeAll() { exchange.fail(waiting) }
    }
}
