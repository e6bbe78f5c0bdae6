internal import Logging
internal import PhotonPumpTransport
internal import PhotonPumpWire

/// How a connection ends, and what becomes of the requests without an answer.
extension Client {
    /// A connection has ended: the present one, one in the making, or one that was left.
    func lost(_ cause: ChannelError, _ number: Int) {
        if let attempt = self.attempt(number) {
            self.failed(attempt, self.failure(self.problem(behind: cause), cause), isPermanent: cause.isPermanent)
        } else if number == self.departure?.number {
            self.endDeparture()
        } else if number == self.connector.attempt {
            self.lost(cause)
        }
    }

    /// The connection has ended.
    func lost(_ cause: some Error) {
        guard case .connected(let channel, _) = self.link else { return }
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
    private func problem(behind cause: ChannelError) -> String {
        switch cause {
        case .transport(.tls(let error)):
            let setting = error.setting.map { " (see \($0))" } ?? ""
            return "no TLS connection could be made\(setting)"
        case .endOfStream, .transport(.socket):
            let hint = self.tls == nil ? "; if its port is one for TLS, that takes tls:// or the setting tls" : ""
            return "the connection ended before the server accepted it\(hint)"
        case .frame:
            return "the connection ended before the server accepted it"
        }
    }

    /// - Parameter cut: the request whose answer ended the connection, if that is so.
    private func leave(
        _ error: PhotonPumpError, cutting cut: GUID? = nil, _ decide: (inout Connector) -> Connector.Action
    ) {
        self.lastError = error
        self.dropLink()
        self.interrupt(error, cutting: cut)
        self.endSubscriptions(error)
        let action = decide(&self.connector)
        self.announce(.disconnected(error))
        self.announceRetry(action, error)
        self.perform(action)
    }

    /// Puts requests that were sent back in the line, or fails those that must not be sent twice. Writes of which the
    /// server might not remember that it has made them are looked for first.
    ///
    /// - Parameters:
    ///   - ids: those whose answers will not come; nil for all.
    ///   - cut: one that will ask for less when it is made again, as often as it can.
    func interrupt(_ error: PhotonPumpError, only ids: Set<GUID>? = nil, cutting cut: GUID? = nil) {
        let retries = self.configuration.retries
        let (ended, held) = self.table.interrupt(only: ids) { exchange in
            if exchange.id == cut { return .repeated }
            let losses = exchange.lostAnswer()
            guard exchange.isSafeToRepeat, retries.afterNoAnswer, losses <= retries.maximum ?? .max else {
                return .over
            }
            return exchange.uncertainWrite == nil ? .repeated : .held
        }
        for exchange in ended { exchange.fail(error) }
        self.settle(held, because: error)
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
