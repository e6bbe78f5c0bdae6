internal import PhotonPumpTransport
internal import PhotonPumpWire

extension Client {
    /// The current state of this client's connection.
    public var status: ConnectionStatus {
        let connection = self.connections.present
        let isIntroducing = connection?.isIntroducing ?? false
        let phase: ConnectionStatus.Phase =
            switch self.connector.phase {
            case .idle: .idle
            case .finding: .discovering
            case .connecting: isIntroducing ? .authenticating : .connecting
            case .connected: .connected
            case .waiting: .waiting
            case .closed: .closed
            }
        return ConnectionStatus(
            phase: phase,
            since: (isIntroducing ? connection?.since ?? self.connector.since : self.connector.since).onContinuousClock,
            endpoint: phase == .closed ? nil : self.connector.node?.endpoint,
            role: self.connector.node?.role,
            failedAttempts: phase == .connected ? 0 : self.connector.failures,
            lastError: self.connector.lastError,
            heartbeatRoundTrip: connection?.roundTrip
        )
    }

    /// Changes of the connection from now on.
    ///
    /// Each sequence has its own buffer of 100 changes; a slow reader misses the oldest. It ends when the client is
    /// closed or deallocated, or the reading task is cancelled.
    public var changes: AsyncStream<ConnectionChange> { self.observers.changes }

    /// The number of calls this client is working on now, including the pages that iterators are fetching.
    public var load: ClientLoad { self.calls.load }
}
