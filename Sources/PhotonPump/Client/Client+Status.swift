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
    public var changes: AsyncStream<ConnectionChange> {
        let id = self.ids.next()
        let (stream, continuation) = AsyncStream.makeStream(
            of: ConnectionChange.self, bufferingPolicy: .bufferingNewest(100))
        if case .closed = self.connector.phase {
            continuation.yield(.closed)
            continuation.finish()
        } else {
            self.listeners[id] = continuation
            continuation.onTermination = { [weak self] _ in
                guard let self else { return }
                self.executor.run(here: false) { self.assumeIsolated { $0.listeners[id] = nil } }
            }
        }
        return stream
    }

    func announce(_ change: ConnectionChange) {
        for listener in self.listeners.values { listener.yield(change) }
    }
}
