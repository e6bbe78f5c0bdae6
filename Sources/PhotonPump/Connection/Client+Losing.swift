internal import Logging
internal import PhotonPumpTransport
internal import PhotonPumpWire

/// How a connection ends.
extension Client {
    /// A connection has ended: the present one, one in the making, or one that was left.
    func ended(_ connection: Connection, _ cause: ChannelError) {
        if connection === self.connections.left {
            self.endLeft()
        } else if connection.isServing {
            self.lost(cause)
        } else {
            self.failed(ConnectionFailure(endedBy: cause, usesTLS: self.context.tls != nil), connection)
        }
    }

    /// The connection that serves has ended.
    func lost(_ cause: some Error) {
        guard let connection = self.connections.serving else { return }
        var error = PhotonPumpError(.connectionLost, "the connection was lost", underlying: cause)
        error.endpoint = connection.peer
        self.logger.warning("connection lost", metadata: [LogKey.error: "\(error)"])
        self.upkeep.lost(now: self.environment.now)
        self.connector.note(error)
        let cut = self.calls.cutShort(connection.unfinished)
        self.dropConnections(areLost: true)
        self.calls.interrupt(error, cutting: cut)
        self.endSubscriptions(error)
        // A page that was too large for the server says nothing against it.
        let action = self.connector.lost(
            isExcused: cut != nil, now: self.environment.now, chance: self.environment.chance())
        self.observers.announce(.disconnected(error))
        self.tryAgain(action, error)
    }
}
