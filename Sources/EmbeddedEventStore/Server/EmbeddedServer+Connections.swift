internal import Logging
internal import PhotonPumpTransport
internal import PhotonPumpWire

extension EmbeddedServer {
    /// Somebody who waits for a number of connections.
    struct CountWaiter {
        let count: Int
        let continuation: CheckedContinuation<Void, any Error>
    }

    /// How many clients are connected.
    public var connectionCount: Int { self.connections.count }

    /// Returns as soon as exactly `count` clients are connected, at once if they are.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first.
    public func waitForConnectionCount(_ count: Int) async throws {
        self.countWaitersMade += 1
        let id = self.countWaitersMade
        try await withTaskCancellationHandler {
            try Task.checkCancellation()
            if self.connections.count == count { return }
            try await withCheckedThrowingContinuation { continuation in
                self.countWaiters[id] = CountWaiter(count: count, continuation: continuation)
            }
        } onCancel: {
            Task { await self.cancelCountWaiter(id) }
        }
    }

    private func cancelCountWaiter(_ id: Int) {
        self.countWaiters.removeValue(forKey: id)?.continuation.resume(throwing: CancellationError())
    }

    private func connectionCountChanged() {
        for (id, waiter) in self.countWaiters where waiter.count == self.connections.count {
            self.countWaiters[id] = nil
            waiter.continuation.resume()
        }
    }

    func accept(_ transport: any Transport) {
        guard !self.injector.strikes(.closeNewConnections) else { return transport.close() }
        self.connectionsAccepted += 1
        let id = self.connectionsAccepted
        var logger = self.logger
        logger[metadataKey: LogKey.connection] = "\(id)"
        logger[metadataKey: LogKey.client] = "\(transport.peer)"
        let connection = ServerConnection(
            PackageChannel(transport, frameLimit: self.configuration.frameLimit),
            self.configuration,
            faults: self.injector,
            queue: self.executor.queue,
            logger: logger
        )
        self.connections[id] = connection
        self.connectionCountChanged()
        connection.activate { [weak self] event in
            self?.assumeIsolated { $0.handle(event, on: id) }
        }
        logger.debug("connected")
    }

    func handle(_ event: ServerConnection.Event, on id: Int) {
        guard let connection = self.connections[id] else { return }
        do {
            let now = Self.milliseconds
            try connection.handle(event, now: .now) { package, session in
                self.answer(package, &session, now: now)
            }
        } catch {
            self.end(id, error)
        }
    }

    func end(_ id: Int, _ reason: ConnectionEnd) {
        guard let connection = self.connections.removeValue(forKey: id) else { return }
        connection.close(reason)
        self.connectionCountChanged()
    }
}
