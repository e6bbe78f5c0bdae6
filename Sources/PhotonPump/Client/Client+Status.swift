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

    /// Asks the node that the client is connected to whether it is the master at this moment, by a small read that only a
    /// master serves; the client stays where it is. This works for servers with a fixed address, too, of which
    /// ``ConnectionStatus/role`` is not known before a call needs the master, and after an election.
    ///
    /// - Parameter options: the timeout and credentials of this call.
    /// - Returns: what is then the ``ConnectionStatus/role``: ``NodeState/master``, or what gossip has told of a node that
    ///   is none, or else ``NodeState/follower``; nil if the client has gone over to another node meanwhile.
    /// - Throws: ``PhotonPumpError``, with ``PhotonPumpError/Code/timedOut`` if there is no master for that long.
    public func findRole(options: CallOptions = CallOptions()) async throws -> NodeState? {
        do {
            try await self.perform(AskForRole(), options)
        } catch let error as PhotonPumpError where error.code == .notHandled {}
        return self.connector.node?.role
    }

    /// Changes of the connection from now on.
    ///
    /// Each sequence has its own buffer of 100 changes; a slow reader misses the oldest. It ends when the client is
    /// closed or deallocated, or the reading task is cancelled.
    public var changes: AsyncStream<ConnectionChange> { self.observers.changes }

    /// The number of calls this client is working on now, including the pages that iterators are fetching.
    public var load: ClientLoad { self.calls.load }
}
