internal import Logging
internal import PhotonPumpTransport
internal import PhotonPumpWire

/// A task that waits for a connection.
struct ConnectWaiter {
    let deadline: ContinuousClock.Instant
    let continuation: CheckedContinuation<Void, any Error>
}

/// Carries out what the connector decides, from finding a node to a usable connection.
extension Client {
    func beginConnecting(_ id: GUID, _ continuation: CheckedContinuation<Void, any Error>) {
        switch self.connector.phase {
        case .closed:
            continuation.resume(throwing: PhotonPumpError(.clientClosed, "connect: the client is closed"))
        case .connected:
            continuation.resume()
        case .idle, .finding, .connecting, .introducing, .waiting:
            let deadline = ContinuousClock.now + self.configuration.connectTimeout
            self.connectWaiters[id] = ConnectWaiter(deadline: deadline, continuation: continuation)
            self.wantConnection()
            self.watchDeadlines()
        }
    }

    func cancelConnecting(_ id: GUID) {
        guard let waiter = self.connectWaiters.removeValue(forKey: id) else { return }
        waiter.continuation.resume(throwing: CancellationError())
        self.restIfUnwanted()
    }

    /// Abandons an attempt that no one waits for. A client that was connected before reconnects in any case.
    func restIfUnwanted() {
        guard !self.isAwaited, !self.connector.hasBeenConnected else { return }
        switch self.connector.phase {
        case .finding, .connecting, .introducing, .waiting:
            self.dropLink()
            self.connector.rest()
            self.phaseBegan = .now
        case .idle, .connected, .closed:
            break
        }
    }

    /// Whether anyone is waiting for a connection.
    var isAwaited: Bool {
        !self.connectWaiters.isEmpty || !self.table.isEmpty || !self.line.isEmpty || !self.workers.isEmpty
            || !self.subscribers.isQuiet()
    }

    func wantConnection() {
        if let action = self.connector.wanted() { self.perform(action) }
    }

    func perform(_ action: Connector.Action) {
        self.phaseBegan = .now
        let attempt = self.connector.attempt
        switch action {
        case .find(let avoided):
            self.startTimer(after: self.configuration.connectTimeout)
            self.find(avoiding: avoided, attempt)
        case .connect(let endpoint):
            self.timer = nil
            let node = self.node ?? NodeFinder.Node(endpoint: endpoint, role: nil)
            let attempt = self.newAttempt(attempt, node)
            self.link = .attempting(attempt)
            self.begin(attempt)
        case .wait(let pause):
            self.startTimer(after: pause)
        case .giveUp:
            let error = self.lastError ?? PhotonPumpError(.connectionFailed, "no connection could be made")
            self.announce(error.code == .notAuthenticated ? .authenticationFailed(error) : .gaveUp(error))
            self.failWaiting(error, connecting: error)
        }
    }

    private func find(avoiding avoided: Endpoint?, _ attempt: Int) {
        if let node = self.finder.fixedNode {
            self.node = node
            return self.perform(self.connector.found(node.endpoint))
        }
        let (finder, remembered) = (self.finder, self.gossip)
        self.link = .finding
        self.searching = .begun
        self.search = Task { [weak self] in
            let isFresh = remembered.map { .now - $0.heard < Self.gossipLifetime } ?? true
            let result = await finder.find(
                remembered: remembered?.document, isFresh: isFresh, avoiding: avoided
            ) { [weak self] progress in
                await self?.searching(progress, attempt)
            } heard: { [weak self] gossip in
                await self?.heard(gossip, attempt)
            }
            await self?.found(result, attempt)
        }
    }

    /// How long a cluster's gossip is taken for recent.
    private static let gossipLifetime: Duration = .seconds(3600)

    private func searching(_ progress: NodeFinder.Progress, _ attempt: Int) {
        guard attempt == self.connector.attempt else { return }
        self.searching = progress
        if case .notFound(let error) = progress { self.lastError = error }
    }

    private func heard(_ gossip: ClusterGossip, _ attempt: Int) {
        if attempt == self.connector.attempt { self.gossip = (gossip, .now) }
    }

    private func found(_ result: Result<NodeFinder.Finding, PhotonPumpError>, _ attempt: Int) {
        guard attempt == self.connector.attempt, case .finding = self.connector.phase else { return }
        switch result {
        case .failure(let error):
            // When a search ends without a node, all its attempts have been used.
            self.attemptFailed(error, isPermanent: error.code == .discoveryFailed)
        case .success(let finding):
            self.node = finding.node
            self.gossip = finding.gossip.map { ($0, .now) }
            if let credentials = finding.credentials {
                do throws(PhotonPumpError) {
                    self.login = try credentials.value?.checked()
                } catch {
                    return self.attemptFailed(error, isPermanent: true)
                }
            }
            self.link = .none
            self.perform(self.connector.found(finding.node.endpoint))
        }
    }

    func failure(_ problem: String, _ cause: some Error) -> PhotonPumpError {
        PhotonPumpError(.connectionFailed, problem, underlying: cause)
    }

    /// - Parameters:
    ///   - isPermanent: whether the next attempt would fail for the same reason.
    ///   - isStarting: whether the server may accept this client at any moment.
    ///   - isForeseen: whether those who wait for the connection go on waiting.
    func attemptFailed(
        _ error: PhotonPumpError, isPermanent: Bool = false, isStarting: Bool = false, isForeseen: Bool = false
    ) {
        var error = error
        if error.endpoint == nil { error.endpoint = self.node?.endpoint.description }
        self.logger.debug("connecting failed", metadata: [LogKey.error: "\(error)"])
        self.lastError = error
        self.dropLink()
        if !isForeseen { self.failConnecting(error) }
        let action = self.connector.failed(
            isPermanent: isPermanent, isStarting: isStarting, isAwaited: self.isAwaited,
            chance: .random(in: 0...1))
        self.announceRetry(action, error)
        self.perform(action)
    }

    func announceRetry(_ action: Connector.Action, _ cause: PhotonPumpError) {
        switch action {
        case .wait(let pause):
            self.announce(.reconnecting(attempt: self.connector.failures + 1, after: pause, cause: cause))
        case .find, .connect:
            self.announce(.reconnecting(attempt: self.connector.failures + 1, after: .zero, cause: cause))
        case .giveUp:
            break
        }
    }

    /// What has not been answered although the time for connecting is up.
    var overdue: PhotonPumpError {
        var error =
            switch self.link {
            case .none, .connected: self.lastError ?? self.timedOut("no connection was made")
            case .finding: self.overdueSearch
            case .attempting(let attempt): self.overdue(attempt)
            }
        if error.endpoint == nil { error.endpoint = self.node?.endpoint.description }
        return error
    }

    func overdue(_ attempt: ConnectionAttempt) -> PhotonPumpError {
        if attempt.isLocating { return self.timedOut("the server did not accept the connection") }
        return attempt.refusal
            ?? self.timedOut("something accepted the connection but does not answer as a server does")
    }

    private var overdueSearch: PhotonPumpError {
        switch self.searching {
        case .begun: self.timedOut("no node of the cluster was found")
        case .notFound(let reason): reason
        case .askingForCredentials:
            self.timedOut("the closure that provides credentials has not returned")
        }
    }

    private func timedOut(_ problem: String) -> PhotonPumpError {
        PhotonPumpError(.connectionFailed, "\(problem) within \(self.configuration.connectTimeout)")
    }

    func expireConnectWaiters() {
        let now = ContinuousClock.now
        for (id, waiter) in self.connectWaiters where waiter.deadline <= now {
            self.connectWaiters[id] = nil
            waiter.continuation.resume(throwing: self.overdue)
        }
        self.restIfUnwanted()
    }

    private func failConnecting(_ error: PhotonPumpError) {
        let waiters = self.connectWaiters
        self.connectWaiters = [:]
        for waiter in waiters.values { waiter.continuation.resume(throwing: error) }
    }

    /// Fails every waiting call.
    func failWaiting(_ error: PhotonPumpError, connecting: PhotonPumpError) {
        self.failConnecting(connecting)
        self.dismissLine(error)
        for exchange in self.table.removeAll() { exchange.fail(error) }
    }

    /// Drops the connection, or the attempt to make one.
    func dropLink() {
        self.timer = nil
        self.search?.cancel()
        self.search = nil
        self.heartbeat = nil
        self.dropSuccessor()
        self.departure?.channel.close()
        self.departure = nil
        switch self.link {
        case .attempting(let attempt): attempt.cancel()
        case .connected(let channel, _): channel.close()
        case .none, .finding: break
        }
        self.link = .none
    }
}
