internal import Logging
internal import PhotonPumpTransport
internal import PhotonPumpWire

/// How a connection ends, and what becomes of the requests without an answer.
extension Client {
    /// The connection, or the attempt to make one, has ended.
    func lost(_ cause: some Error) {
        guard case .connected(let channel, _) = self.link else {
            let isPermanent = (cause as? ChannelError)?.isPermanent ?? false
            let error = self.failure(self.problem(behind: cause as? ChannelError), cause)
            return self.attemptFailed(error, isPermanent: isPermanent)
        }
        var error = PhotonPumpError(.connectionLost, "the connection was lost", underlying: cause)
        error.endpoint = channel.peer
        self.logger.warning("connection lost", metadata: [LogKey.error: "\(error)"])
        let cut = self.cutShort(channel)
        self.leave(error, cutting: cut) { connector in
            // A page that was too large for the server says nothing against it.
            let age = cut == nil ? .now - self.phaseBegan : Connector.steady
            return connector.lost(after: age, chance: .random(in: 0...1))
        }
    }

    /// Why a connection may have ended before the server accepted it, and which setting could change that.
    private func problem(behind cause: ChannelError?) -> String {
        switch cause {
        case .transport(.tls(let error)):
            let setting = error.setting.map { " (see \($0))" } ?? ""
            return "no TLS connection could be made\(setting)"
        case .endOfStream, .transport(.socket):
            let hint = self.tls == nil ? "; if its port is one for TLS, that takes tls:// or the setting tls" : ""
            return "the connection ended before the server accepted it\(hint)"
        case .frame, nil:
            return "the connection ended before the server accepted it"
        }
    }

    /// Moves to another node, because this one does not serve the request.
    ///
    /// - Parameters:
    ///   - endpoint: nil to find one.
    ///   - role: the node's state, if known.
    func move(to endpoint: Endpoint?, role: NodeState? = nil) {
        guard case .connected(let channel, _) = self.link else { return }
        let place = endpoint.map { "\($0)" } ?? "another node"
        var error = PhotonPumpError(.connectionLost, "the client went to \(place)")
        error.endpoint = channel.peer
        self.logger.debug("going to another node", metadata: [LogKey.endpoint: "\(place)"])
        if let endpoint { self.node = NodeFinder.Node(endpoint: endpoint, role: role) }
        self.leave(error) { $0.moved(to: endpoint) }
    }

    /// - Parameter cut: the request whose answer ended the connection, if that is so.
    private func leave(
        _ error: PhotonPumpError, cutting cut: GUID? = nil, _ decide: (inout Connector) -> Connector.Action
    ) {
        self.lastError = error
        self.dropLink()
        self.interrupt(error, cutting: cut)
        let action = decide(&self.connector)
        self.announce(.disconnected(error))
        self.announceRetry(action, error)
        self.perform(action)
    }

    /// Puts requests that were sent back in the line, or fails those that must not be sent twice. Writes of which the
    /// server might not remember that it has made them are looked for first.
    private func interrupt(_ error: PhotonPumpError, cutting cut: GUID?) {
        let retries = self.configuration.retries
        let (ended, held) = self.table.interrupt { exchange in
            // It will ask for less, as often as it can.
            if exchange.id == cut { return .repeated }
            let losses = exchange.lostAnswer()
            guard exchange.isSafeToRepeat, retries.afterNoAnswer, losses <= retries.maximum ?? .max else {
                return .over
            }
            return exchange.uncertainWrite == nil ? .repeated : .held
        }
        for exchange in ended { exchange.fail(error) }
        self.settle(held, because: error)
        self.endSubscriptions(error)
    }

    /// Another node would serve the request: it is sent there, along with all others.
    func redirect(_ exchange: any OpenExchange, to master: MasterInfo?, otherwise error: PhotonPumpError) {
        let usesTLS = self.configuration.tls != nil
        switch master?.endpoint(usesTLS: usesTLS).map(self.reachable) {
        case let endpoint? where endpoint != self.node?.endpoint && endpoint.description != self.peer:
            // Nodes that name each other would send it back and forth.
            if exchange.attempts > 2 { self.retry(exchange) } else { self.table.delay(exchange.id, until: .now) }
            self.move(to: endpoint)
        case nil where self.finder.isDiscovering:
            self.retry(exchange)
            self.move(to: nil)
        case nil:
            _ = self.table.finish(exchange.id)
            exchange.refuse(error)
        default:
            // The node names itself; it will know better in a while.
            self.retry(exchange)
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
                return
            }
        }
    }

    private func goOver(to node: NodeFinder.Node, _ attempt: Int) {
        guard attempt == self.connector.attempt, case .connected = self.link else { return }
        self.turn { self.move(to: node.endpoint, role: node.role) }
    }

    /// The place that the present node names, as this client can reach it.
    private func reachable(_ named: Endpoint) -> Endpoint {
        guard let present = self.node?.endpoint.host else { return named }
        return Endpoint(host: HostAddress.meant(by: named.host, whenToldBy: present), port: named.port)
    }

    private var peer: String? {
        if case .connected(let channel, _) = self.link { channel.peer } else { nil }
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

extension TLSError {
    /// The related setting: in code, and in a connection string.
    fileprivate var setting: String? {
        switch self {
        case .unknownAuthority, .selfSigned, .unacceptable: "tls.trust, or tlsCAFile"
        case .wrongName, .impossibleName: "tls.expectedHostName, or tlsHostName"
        case .notTLS: "tls, or tcp:// for tls://"
        case .certificateWanted, .certificateRefused: "tls.clientCertificate, or tlsCertFile and tlsKeyFile"
        case .expired, .notYetValid, .nothingInCommon, .noCertificate, .pem, .keyMismatch, .truncated, .other: nil
        }
    }
}
