internal import PhotonPumpTransport
internal import PhotonPumpWire

extension Client {
    /// The current state of this client's connection.
    public var status: ConnectionStatus {
        let phase: ConnectionStatus.Phase =
            switch self.connector.phase {
            case .idle: .idle
            case .finding: .discovering
            case .connecting: .connecting
            case .introducing: .authenticating
            case .connected: .connected
            case .waiting: .waiting
            case .closed: .closed
            }
        return ConnectionStatus(
            phase: phase,
            since: self.phaseBegan,
            endpoint: phase == .closed ? nil : self.node?.endpoint,
            role: self.node?.role,
            failedAttempts: phase == .connected ? 0 : self.connector.failures,
            lastError: self.lastError,
            heartbeatRoundTrip: self.heartbeatRoundTrip
        )
    }

    /// Changes of the connection from now on.
    ///
    /// Each sequence has its own buffer of 100 changes; a slow reader misses the oldest. It ends when the client is
    /// closed or deallocated, or the reading task is cancelled.
    public var changes: AsyncStream<ConnectionChange> { self.happenings.stream { $0 } }

    func announce(_ change: ConnectionChange) {
        self.happenings.note(change)
        self.happenings.tell()
    }
}
