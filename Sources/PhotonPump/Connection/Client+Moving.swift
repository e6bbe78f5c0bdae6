internal import Logging
internal import PhotonPumpTransport
internal import PhotonPumpWire

/// How the client goes over to another node. The new connection is made first: until it is ready the present one serves
/// what it can, and if it cannot be made nothing is lost.
extension Client {
    /// Another node would serve the request, which waits until the client is there.
    func redirect(_ exchange: Exchange, to master: MasterInfo?, otherwise error: PhotonPumpError) {
        let usesTLS = self.configuration.tls != nil
        switch master?.endpoint(usesTLS: usesTLS).map(self.reachable) {
        case let endpoint? where !self.isHere(endpoint):
            self.calls.redirect(exchange, because: error)
            self.move(to: NodeFinder.Node(endpoint: endpoint, role: .master))
        case nil where self.search.finder.isDiscovering:
            self.calls.redirect(exchange, because: error)
            self.lookElsewhere()
        case nil:
            self.calls.finish(exchange.id)
            exchange.failAsIs(error)
        default:
            // The node names itself; it will know better in a while.
            exchange.note(error)
            self.calls.retry(exchange)
        }
    }

    private func isHere(_ endpoint: Endpoint) -> Bool {
        endpoint == self.connector.node?.endpoint || endpoint.description == self.connections.serving?.peer
    }

    /// The place that the present node names, as this client can reach it.
    private func reachable(_ named: Endpoint) -> Endpoint {
        guard let present = self.connector.node?.endpoint.host else { return named }
        return Endpoint(host: HostAddress.meant(by: named.host, whenToldBy: present), port: named.port)
    }

    /// Begins to connect to another node, to go there.
    private func move(to node: NodeFinder.Node) {
        guard self.connections.serving != nil, self.connections.successor?.node.endpoint != node.endpoint else {
            return
        }
        self.logger.debug("connecting", metadata: [LogKey.endpoint: "\(node.endpoint)"])
        self.connections.makeSuccessor(to: node).begin()
    }

    /// The connection to another node is ready: the client goes there.
    func goOver(to connection: Connection) {
        guard let old = self.connections.serving else { return self.connections.dropSuccessor() }
        guard connection.login == self.connections.login else {
            // The user has been changed since.
            self.connections.dropSuccessor()
            return self.move(to: connection.node)
        }
        let node = connection.node
        var error = PhotonPumpError(.connectionLost, "the client moved to \(node.endpoint)")
        error.endpoint = old.peer
        self.logger.log(
            level: self.connector.isStranded && node.role != .master ? .debug : .info, "moved to another node",
            metadata: [LogKey.endpoint: "\(connection.peer)"])
        self.connector.note(error)
        self.search.cancelElsewhere()
        self.endLeft()
        self.connections.goOver(unanswered: self.calls.unanswered)
        self.endLeftIfDone()
        self.connector.moved(to: node, now: self.environment.now)
        self.endSubscriptions(error)
        self.observers.announce(.disconnected(error))
        self.announceService(by: node)
        self.calls.releaseRedirected()
        self.watchDeadlines()
    }

    /// The node stays where it is.
    func successorFailed(_ error: PhotonPumpError) {
        guard let successor = self.connections.successor else { return }
        self.connections.dropSuccessor()
        var error = error
        error.endpoint = successor.node.endpoint.description
        self.logger.log(
            level: self.connector.isStranded ? .debug : .warning, "cannot move to another node",
            metadata: [LogKey.error: "\(error)"])
        self.connector.strand()
        self.calls.noteForRedirected(
            PhotonPumpError(
                .connectionFailed, "the node that should serve this request cannot be reached", underlying: error))
        // A node that has lost touch with the others goes on naming a master that is gone.
        if self.search.finder.isDiscovering, self.calls.areAnyRedirected, self.connector.wantsToLookElsewhere() {
            self.lookElsewhere()
        } else {
            self.stay()
        }
    }

    /// The present node is asked again after a pause.
    private func stay() {
        self.connector.stays()
        self.calls.releaseRedirected(afterPause: true)
        self.watchDeadlines()
    }

    // MARK: Other nodes

    /// Looks for another node than the present one, which does not know who would serve a request.
    private func lookElsewhere() {
        guard !self.isMoving, let present = self.connector.node?.endpoint else { return }
        self.search.lookElsewhere(than: present)
    }

    private var isMoving: Bool { self.connections.successor != nil || self.search.isLookingElsewhere }

    func foundOther(_ node: NodeFinder.Node?) {
        if let node { self.move(to: node) } else { self.stay() }
    }

    func foundBetter(_ node: NodeFinder.Node) {
        if !self.isMoving { self.move(to: node) }
    }

    // MARK: The connection that was left

    /// A package has come on the connection that was left.
    func receivedLate(_ package: Package, on connection: Connection) {
        guard connection.answered(package.correlation), let exchange = self.calls.exchange(package.correlation) else {
            return
        }
        defer { self.endLeftIfDone() }
        // What the server has agreed to ends with the connection that is left.
        guard !Self.agreements.contains(package.command) else {
            return self.calls.retryAtOnce(exchange.id, because: .moved)
        }
        let verdict = exchange.received(package, from: connection.peer, as: connection.login)
        if case .elsewhere = verdict {
            self.calls.retryAtOnce(exchange.id, because: .moved)
        } else {
            self.carryOut(verdict, exchange)
        }
    }

    /// Answers that concern the connection on which they come.
    private static let agreements = Client.confirmations.union([.authenticated])

    func endLeftIfDone() {
        if self.connections.left?.unanswered.isEmpty == true { self.endLeft() }
    }

    /// No more answers will come on the connection that was left.
    func endLeft() {
        guard let left = self.connections.left else { return }
        let (peer, unanswered) = (left.peer, left.unanswered)
        self.connections.dropLeft()
        var error = PhotonPumpError(.connectionLost, "the client moved to another node before the answer came")
        error.endpoint = peer
        self.calls.interrupt(error, only: unanswered)
    }
}

extension MasterInfo {
    /// Where to connect to the master; its TLS port if TLS is used.
    func endpoint(usesTLS: Bool) -> Endpoint? {
        let (host, port) = usesTLS ? (self.secureTCPHost, self.secureTCPPort) : (self.tcpHost, self.tcpPort)
        guard let host, let port, Endpoint.isHost(host), (1...65535).contains(port) else { return nil }
        return Endpoint(host: host, port: Int(port))
    }
}
