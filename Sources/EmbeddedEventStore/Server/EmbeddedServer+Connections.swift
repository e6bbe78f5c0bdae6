internal import Logging
internal import PhotonPumpTransport
internal import PhotonPumpWire

extension EmbeddedServer {
    /// A task that waits for a number of connections.
    struct CountWaiter {
        let count: Int
        let continuation: CheckedContinuation<Void, any Error>
    }

    /// The number of connected clients.
    public var connectionCount: Int { self.connections.count }

    /// Returns as soon as exactly `count` clients are connected; at once if they already are.
    ///
    /// - Throws: `CancellationError` if the task is cancelled first.
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
                self.answer(package, &session, from: id, now: now)
            }
        } catch {
            self.end(id, error)
        }
        self.limitAnonymous(id)
        self.commons.assumeIsolated { $0.endTurn() }
    }

    func end(_ id: Int, _ reason: ConnectionEnd) {
        guard let connection = self.connections.removeValue(forKey: id) else { return }
        connection.close(reason)
        self.connectionCountChanged()
        self.left(id)
    }

    /// Ends connections until those that have not logged in hold no more than they may.
    private func limitAnonymous(_ id: Int) {
        guard let connection = self.connections[id] else { return }
        self.anonymousBudget.set(connection.anonymousCount, for: id)
        while let greedy = self.anonymousBudget.excessive {
            self.connections[greedy]?.complain("Connections without a login hold too many bytes, and this one most.")
            let connection: Logger.Metadata = [LogKey.connection: "\(greedy)"]
            self.logger.info("too much for clients without a login", metadata: connection)
            self.end(greedy, .greedy)
        }
    }

    /// Collects what this node's subscribers are to be sent. Those who have left in the meantime are skipped.
    func deliver(_ deliveries: [Delivery]) {
        for delivery in deliveries {
            let id = delivery.subscriber.client.connection
            guard let connection = self.connections[id] else { continue }
            do throws(ConnectionEnd) {
                try connection.send(delivery.content, delivery.subscriber.correlation)
                self.delivered.insert(id)
                if delivery.isEvent, self.injector.strikes(.dropAfterPush) { throw .fault }
            } catch {
                self.end(id, error)
            }
        }
    }

    /// Sends what was collected; false if there is nothing.
    func flushDeliveries() -> Bool {
        let isAny = !self.delivered.isEmpty
        while let id = self.delivered.popFirst() {
            do {
                try self.connections[id]?.flushDeliveries()
            } catch {
                self.end(id, error)
            }
            self.limitAnonymous(id)
        }
        return isAny
    }

    /// Ends all connections at once, so that nothing is passed from one to another.
    func endAll() {
        let connections = self.connections
        self.connections = [:]
        for (id, connection) in connections {
            connection.close(.serverStopped)
            self.left(id)
        }
        self.connectionCountChanged()
    }

    private func left(_ id: Int) {
        self.anonymousBudget.set(0, for: id)
        let client = ClientID(node: self.number, connection: id)
        self.commons.assumeIsolated { $0.clientLeft(client) }
    }
}
