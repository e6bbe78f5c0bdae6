internal import Logging
internal import PhotonPumpTransport
internal import PhotonPumpWire

/// How the client goes over to another node. The new connection is made first: until it is ready the present one serves
/// what it can, and if it cannot be made nothing is lost.
extension Client {
    /// Another node would serve the request, which waits until the client is there.
    func redirect(_ exchange: any OpenExchange, to master: MasterInfo?, otherwise error: PhotonPumpError) {
        let usesTLS = self.configuration.tls != nil
        switch master?.endpoint(usesTLS: usesTLS).map(self.reachable) {
        case let endpoint? where endpoint != self.node?.endpoint && endpoint.description != self.peer:
            self.park(exchange, because: error)
            self.move(to: NodeFinder.Node(endpoint: endpoint, role: .master))
        case nil where self.finder.isDiscovering:
            self.park(exchange, because: error)
            self.lookForOtherNode()
        case nil:
            _ = self.table.finish(exchange.id)
            exchange.refuse(error)
        default:
            // The node names itself; it will know better in a while.
            exchange.note(error)
            self.retry(exchange)
        }
    }

    private func park(_ exchange: any OpenExchange, because error: PhotonPumpError) {
        // That the other node cannot be reached says more.
        if exchange.refusal == nil { exchange.note(error) }
        // Nodes that name each other would send it back and forth.
        guard exchange.attempts <= 2 else { return self.retry(exchange) }
        self.redirected.insert(exchange.id)
        self.table.delay(exchange.id, until: exchange.terms.deadline)
    }

    /// The place that the present node names, as this client can reach it.
    private func reachable(_ named: Endpoint) -> Endpoint {
        guard let present = self.node?.endpoint.host else { return named }
        return Endpoint(host: HostAddress.meant(by: named.host, whenToldBy: present), port: named.port)
    }

    private var peer: String? {
        if case .connected(let channel, _) = self.link { channel.peer } else { nil }
    }

    /// Begins to connect to another node, to go there.
    private func move(to node: NodeFinder.Node) {
        guard case .connected = self.link else { return }
        if let successor {
            guard successor.node.endpoint != node.endpoint else { return }
            successor.cancel()
        }
        let attempt = self.newAttempt(self.connector.reserve(), node)
        self.successor = attempt
        self.begin(attempt)
    }

    /// The connection to another node is ready: the client goes there.
    func succeed(_ attempt: ConnectionAttempt) {
        self.successor = nil
        guard case .connected(let old, _) = self.link else { return attempt.cancel() }
        guard attempt.login == self.login else {
            // The user has been changed since.
            attempt.cancel()
            return self.move(to: attempt.node)
        }
        guard let channel = attempt.take() else { return }
        var error = PhotonPumpError(.connectionLost, "the client went to \(attempt.node.endpoint)")
        error.endpoint = old.peer
        let isMaster = attempt.node.role == .master
        // While no master can be reached, the others may send the client back and forth.
        self.logger.log(
            level: self.isStranded && !isMaster ? .debug : .info, "went to another node",
            metadata: [LogKey.endpoint: "\(channel.peer)"])
        if isMaster { self.isStranded = false }
        self.lastError = error
        self.search?.cancel()
        self.depart(from: old)
        self.connector.moved(to: attempt.node.endpoint, as: attempt.number)
        self.node = attempt.node
        self.endSubscriptions(error)
        self.announce(.disconnected(error))
        self.settle(on: channel, as: attempt.login)
        self.hasLookedElsewhere = false
        self.release { _ in .now }
    }

    /// The node stays where it is.
    func successorFailed(_ error: PhotonPumpError) {
        guard let successor else { return }
        self.successor = nil
        successor.cancel()
        var error = error
        error.endpoint = successor.node.endpoint.description
        self.logger.log(
            level: self.isStranded ? .debug : .warning, "cannot go to another node",
            metadata: [LogKey.error: "\(error)"])
        self.isStranded = true
        let failure = PhotonPumpError(
            .connectionFailed, "the node that should serve this cannot be reached", underlying: error)
        for id in self.redirected { self.table.delayedEntry(id)?.note(failure) }
        // A node that has lost touch with the others goes on naming a master that is gone.
        if self.finder.isDiscovering, !self.redirected.isEmpty, !self.hasLookedElsewhere {
            self.hasLookedElsewhere = true
            self.lookForOtherNode()
        } else {
            self.releaseLater()
        }
    }

    /// The present node is asked again after a pause.
    private func releaseLater() {
        self.hasLookedElsewhere = false
        self.release { .now + Backoff().delay(attempts: $0.attempts, chance: .random(in: 0...1)) }
    }

    func dropSuccessor() {
        self.successor?.cancel()
        self.successor = nil
        self.successorSearch?.cancel()
        self.successorSearch = nil
        self.release { _ in .now }
    }

    /// Requests that waited for the successor are sent again at the time that `decide` says.
    private func release(_ decide: (any OpenExchange) -> ContinuousClock.Instant) {
        guard !self.redirected.isEmpty else { return }
        let ids = self.redirected
        self.redirected = []
        for id in ids {
            guard let exchange = self.table.delayedEntry(id) else { continue }
            self.table.postpone(id, until: decide(exchange))
        }
        self.watchDeadlines()
    }

    // MARK: Other nodes

    /// Looks for another node than the present one, which does not know who would serve a request.
    private func lookForOtherNode() {
        guard self.successor == nil, self.successorSearch == nil, let present = self.node?.endpoint else { return }
        let (finder, attempt) = (self.finder, self.connector.attempt)
        self.successorSearch = Task { [weak self] in
            let node = await finder.other(than: present)
            await self?.foundOther(node, attempt)
        }
    }

    private func foundOther(_ node: NodeFinder.Node?, _ attempt: Int) {
        guard attempt == self.connector.attempt, self.successorSearch != nil else { return }
        self.successorSearch = nil
        self.turn {
            if let node { self.move(to: node) } else { self.releaseLater() }
        }
    }

    /// Looks from time to time for a node that is preferred to the current one, and moves there.
    func lookForBetterNode() {
        guard let pause = self.configuration.discovery.backgroundInterval, self.finder.isDiscovering,
            let endpoint = self.node?.endpoint
        else { return }
        let (finder, attempt) = (self.finder, self.connector.attempt)
        self.search = Task { [weak self] in
            while true {
                guard (try? await Task.sleep(for: pause)) != nil else { return }
                guard let node = await finder.better(than: endpoint) else { continue }
                await self?.goOver(to: node, attempt)
            }
        }
    }

    private func goOver(to node: NodeFinder.Node, _ attempt: Int) {
        guard attempt == self.connector.attempt, self.successor == nil, self.successorSearch == nil else { return }
        self.turn { self.move(to: node) }
    }

    // MARK: The connection that was left

    private func depart(from channel: PackageChannel) {
        self.endDeparture()
        let number = self.connector.attempt
        let timer = QueueTimer(on: self.executor.queue) { [weak self] in
            self?.assumeIsolated { client in
                if client.departure?.number == number { client.turn { client.endDeparture() } }
            }
        }
        timer.schedule(after: self.configuration.connectTimeout)
        let unanswered = self.table.unanswered
        self.departure = Departure(number: number, channel: channel, unanswered: unanswered, timer: timer)
        if unanswered.isEmpty { self.endDeparture() }
    }

    /// A package has come on the connection that was left.
    func receivedLate(_ package: Package) {
        guard let channel = self.departure?.channel else { return }
        if package.command == .heartbeatRequest {
            return channel.send(Package(.heartbeatResponse, package.correlation))
        }
        guard self.departure?.unanswered.remove(package.correlation) != nil,
            let exchange = self.table.entry(package.correlation)
        else { return }
        switch exchange.received(package, from: channel.peer) {
        case .over: _ = self.table.finish(package.correlation)
        case .again: self.retry(exchange)
        case .unfinished(let error): self.retry(exchange, after: error)
        case .elsewhere: self.table.delay(package.correlation, until: .now)
        }
        if self.departure?.unanswered.isEmpty == true { self.endDeparture() }
    }

    func endDeparture() {
        guard let departure else { return }
        self.departure = nil
        departure.channel.close()
        var error = PhotonPumpError(.connectionLost, "the connection was left for another node")
        error.endpoint = departure.channel.peer
        self.interrupt(error, only: departure.unanswered)
    }
}
