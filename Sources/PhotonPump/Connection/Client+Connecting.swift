internal import Logging
internal import PhotonPumpTransport
internal import PhotonPumpWire

/// Carries out what the connector decides, from finding a node to a connection that serves.
extension Client {
    func beginConnecting(
        _ id: GUID, until deadline: Environment.Instant, _ continuation: CheckedContinuation<Void, any Error>
    ) {
        switch self.connector.phase {
        case .closed:
            continuation.resume(throwing: self.closedError("the client is closed").during("connect", stream: nil))
        case .connected:
            continuation.resume()
        case .idle, .finding, .connecting, .waiting:
            let limit = self.environment.now + self.configuration.connectTimeout
            self.observers.wait(id, until: min(limit, deadline), continuation)
            self.wantConnection()
            self.watchDeadlines()
        }
    }

    func cancelConnecting(_ id: GUID) {
        self.observers.cancel(id)
        self.restIfUnwanted()
    }

    /// Abandons an attempt that no one waits for. A client that was connected before reconnects in any case.
    func restIfUnwanted() {
        guard !self.connector.hasBeenConnected, [.finding, .connecting, .waiting].contains(self.connector.phase),
            !self.isConnectionAwaited
        else { return }
        self.dropConnections()
        self.connector.rest(now: self.environment.now)
    }

    /// Whether anyone is waiting for a connection.
    private var isConnectionAwaited: Bool {
        self.upkeep.isDesired || self.observers.isAnyoneWaiting || !self.calls.isEmpty || !self.workers.isEmpty
            || !self.subscribers.isQuiet()
    }

    func wantConnection() {
        if let action = self.connector.wanted(now: self.environment.now) { self.perform(action) }
    }

    private func perform(_ action: Connector.Action) {
        guard self.connector.phase != .closed else { return }
        switch action {
        case .find(let avoided):
            if let node = self.search.finder.fixedNode { return self.found(node) }
            self.search.begin(avoiding: avoided)
        case .connect(let node):
            self.logger.debug("connecting", metadata: [LogKey.endpoint: "\(node.endpoint)"])
            self.connections.make(to: node).begin()
        case .wait(let pause):
            self.search.pause(for: pause)
        case .giveUp:
            let error =
                self.connector.lastError ?? PhotonPumpError(.connectionFailed, "no connection could be made")
            self.observers.announce(error.code == .notAuthenticated ? .authenticationFailed(error) : .gaveUp(error))
            self.failWaiting(error, connecting: error)
            self.keepConnected()
        }
    }

    // MARK: Finding a node

    func searchReported(_ report: NodeSearch.Report, of id: GUID) {
        guard self.search.take(report, of: id) else { return }
        self.turn { self.handle(report) }
    }

    private func handle(_ report: NodeSearch.Report) {
        switch report {
        case .heard, .progress(.begun), .progress(.askingForCredentials): break
        case .progress(.notFound(let error)):
            self.connector.note(error)
            self.complain(of: error)
        case .found(.success(let finding)): self.found(finding)
        case .found(.failure(let error)):
            // When a search ends without a node, all its attempts have been used.
            self.failed(ConnectionFailure(error, isPermanent: error.code == .discoveryFailed))
        case .current(let role): self.connector.heard(role)
        case .better(let node): self.foundBetter(node)
        case .other(let node): self.foundOther(node)
        }
    }

    private func found(_ finding: NodeFinder.Finding) {
        if let credentials = finding.credentials {
            do throws(PhotonPumpError) {
                self.connections.changeUser(to: try credentials.value?.checked())
            } catch {
                return self.failed(ConnectionFailure(error, isPermanent: true), at: finding.node.endpoint)
            }
        }
        self.found(finding.node)
    }

    private func found(_ node: NodeFinder.Node) {
        self.perform(self.connector.found(node, now: self.environment.now))
    }

    /// A pause is over, or the time for finding a node is.
    func searchTimeIsUp() {
        self.turn {
            if let action = self.connector.waited(now: self.environment.now) {
                self.perform(action)
            } else if self.connector.phase == .finding {
                self.failed(ConnectionFailure(self.search.overdue))
            }
        }
    }

    // MARK: Making a connection

    /// A connection in the making has failed.
    func failed(_ failure: ConnectionFailure, _ connection: Connection) {
        if connection === self.connections.successor {
            self.successorFailed(failure.error)
        } else if connection === self.connections.present {
            self.failed(failure)
        }
    }

    /// The attempt to find a node, or to connect to it, has failed.
    private func failed(_ failure: ConnectionFailure, at endpoint: Endpoint? = nil) {
        var error = failure.error
        if error.endpoint == nil { error.endpoint = (endpoint ?? self.connector.node?.endpoint)?.description }
        self.context.metrics?.failedToConnect(error.code)
        self.complain(of: error)
        self.connector.note(error)
        self.dropConnections()
        if !failure.keepsWaiting { self.observers.end(.failure(error)) }
        let action = self.connector.failed(
            isPermanent: failure.isPermanent, isStarting: failure.isStarting, isAwaited: self.isConnectionAwaited,
            now: self.environment.now, chance: self.environment.chance())
        self.tryAgain(action, error)
    }

    private func complain(of error: PhotonPumpError) {
        self.logger.log(
            level: self.upkeep.failed(now: self.environment.now), "cannot connect",
            metadata: [LogKey.error: "\(error)", LogKey.attempt: "\(self.connector.failures + 1)"])
    }

    /// Performs what the connector decided when it heard of a failure.
    func tryAgain(_ action: Connector.Action, _ cause: PhotonPumpError) {
        let attempt = self.connector.failures + 1
        switch action {
        case .wait(let pause): self.observers.announce(.reconnecting(attempt: attempt, after: pause, cause: cause))
        case .find, .connect: self.observers.announce(.reconnecting(attempt: attempt, after: .zero, cause: cause))
        case .giveUp: break
        }
        self.perform(action)
    }

    /// A package has come from a server that has not accepted this client yet.
    func introduce(_ connection: Connection, with package: Package) {
        do throws(ConnectionFailure) {
            let introduction = try connection.introduce(with: package)
            self.connections.noteAcceptance(of: connection)
            switch introduction {
            case nil:
                self.logger.debug(
                    "unexpected package during the handshake", metadata: [LogKey.command: "\(package.command)"])
            case .unfinished: self.noteRefusal(of: connection)
            case .accepted where connection === self.connections.successor: self.goOver(to: connection)
            case .accepted: self.serve(on: connection)
            }
        } catch {
            self.connections.noteAcceptance(of: connection)
            self.failed(error, connection)
        }
    }

    private func noteRefusal(of connection: Connection) {
        guard let refusal = connection.refusal else { return }
        if connection !== self.connections.successor { self.connector.note(refusal) }
        self.logger.debug("server does not accept this client yet", metadata: [LogKey.error: "\(refusal)"])
    }

    private func serve(on connection: Connection) {
        self.connector.introduced(now: self.environment.now)
        self.connections.serve()
        self.logger.log(
            level: self.upkeep.connected(after: self.connector.lastError), "connected",
            metadata: [LogKey.endpoint: "\(connection.peer)"])
        self.announceService(by: connection.node)
        self.observers.end(.success(()))
    }

    func announceService(by node: NodeFinder.Node) {
        self.observers.announce(.connected(node.endpoint))
        self.search.lookForBetter(than: node.endpoint)
    }

    // MARK: Giving up

    /// What has not happened although the time for connecting is up.
    private var overdue: PhotonPumpError {
        var error =
            switch self.connector.phase {
            case .finding: self.search.overdue
            case .connecting: self.connections.present?.overdue ?? self.context.overdue("no connection was made")
            case .idle, .connected, .waiting, .closed:
                self.connector.lastError ?? self.context.overdue("no connection was made")
            }
        if error.endpoint == nil { error.endpoint = self.connector.node?.endpoint.description }
        return error
    }

    func expireConnectWaiters() {
        guard self.observers.isAnyoneWaiting else { return }
        self.observers.expire(now: self.environment.now, self.overdue)
        self.restIfUnwanted()
    }

    /// Fails every waiting call.
    func failWaiting(_ error: PhotonPumpError, connecting: PhotonPumpError) {
        self.observers.end(.failure(connecting))
        self.calls.failAll(error)
    }

    /// Drops all connections, and the attempts to make one.
    ///
    /// - Parameter areLost: whether they were not closed on purpose.
    func dropConnections(areLost: Bool = false) {
        self.search.cancel()
        self.search.cancelElsewhere()
        self.connections.dropAll(isLost: areLost)
        self.calls.releaseRedirected()
        self.watchDeadlines()
    }
}
