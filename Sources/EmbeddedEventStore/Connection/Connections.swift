internal import Logging
internal import PhotonPumpTransport
internal import PhotonPumpWire

/// The clients that are connected to a server over TCP; used on the server's queue only.
final class Connections {
    private let node: Int
    private let core: ClusterCore
    private let configuration: EmbeddedServer.Configuration
    private let faults: FaultInjector
    private let logger: Logger
    private(set) var byID: [Int: ServerConnection] = [:]
    private(set) var connectionsAccepted = 0
    /// Those that have something to send besides answers; some of them more than once.
    private var delivered: [Int] = []
    private var anonymousBudget: AnonymousBudget
    let countWatchers = Watchers<Int>()

    init(
        to node: Int, of core: ClusterCore, _ configuration: EmbeddedServer.Configuration, faults: FaultInjector,
        logger: Logger
    ) {
        self.node = node
        self.core = core
        self.configuration = configuration
        self.faults = faults
        self.logger = logger
        self.anonymousBudget = AnonymousBudget(limit: configuration.anonymousBudget)
    }

    var count: Int { self.byID.count }

    /// Returns as soon as there are exactly `count`; at once if there already are.
    ///
    /// - Throws: `CancellationError` if the task is cancelled first.
    func waitForCount(_ count: Int) async throws {
        try await self.countWatchers.wait(self.count) { $0 == count }
    }

    func accept(_ transport: any Transport) {
        guard !self.faults.strikes(.closeNewConnections) else { return transport.close() }
        self.connectionsAccepted += 1
        let id = self.connectionsAccepted
        var logger = self.logger
        logger[metadataKey: LogKey.connection] = "\(id)"
        logger[metadataKey: LogKey.client] = "\(transport.peer)"
        let connection = ServerConnection(
            PackageChannel(transport, frameLimit: self.configuration.frameLimit),
            self.configuration,
            faults: self.faults,
            executor: self.core.executor,
            environment: self.core.environment,
            logger: logger
        )
        self.byID[id] = connection
        self.countWatchers.valueChanged(to: self.count)
        connection.activate { [weak self] event in self?.handle(event, on: id) }
        logger.debug("connected")
    }

    /// The same has happened to all of them.
    func handle(_ event: ServerConnection.Event) {
        for id in self.byID.keys.sorted() { self.handle(event, on: id) }
    }

    private func handle(_ event: ServerConnection.Event, on id: Int) {
        guard let connection = self.byID[id] else { return }
        do {
            let now = self.core.environment.milliseconds
            let client = ClientID(node: self.node, connection: id)
            try connection.handle(event, now: self.core.environment.now) { package, session in
                self.answer(package, &session, from: client, now: now)
            }
        } catch {
            self.end(id, error)
        }
        self.limitAnonymous(id)
        self.core.assumeIsolated { $0.endTurn() }
    }

    private func answer(_ package: Package, _ session: inout Session, from client: ClientID, now: Int64) -> Answer? {
        // The effects of earlier requests on this client come first. They may end its connection.
        self.core.assumeIsolated { $0.deliver() }
        guard self.byID[client.connection] != nil else { return nil }
        return self.core.assumeIsolated { $0.answer(package, &session, from: client, now: now) }
    }

    /// Ends connections until those that have not logged in hold no more than they may.
    private func limitAnonymous(_ id: Int) {
        guard let connection = self.byID[id] else { return }
        self.anonymousBudget.set(connection.anonymousCount, for: id)
        while let greedy = self.anonymousBudget.excessive {
            self.byID[greedy]?.complain("Connections without a login hold too many bytes, and this one most.")
            let connection: Logger.Metadata = [LogKey.connection: "\(greedy)"]
            self.logger.info("too much for clients without a login", metadata: connection)
            self.end(greedy, .greedy)
        }
    }

    // MARK: - Subscribers

    /// Collects what subscribers are to be sent. Those who have left in the meantime are skipped.
    func deliver(_ deliveries: [Delivery]) {
        for delivery in deliveries { self.deliver(delivery) }
    }

    private func deliver(_ delivery: Delivery) {
        let id = delivery.subscriber.client.connection
        guard let connection = self.byID[id] else { return }
        do throws(ConnectionEnd) {
            try connection.deliver(delivery.content, delivery.subscriber.correlation)
            // Most come one after another for the same connection.
            if self.delivered.last != id { self.delivered.append(id) }
            if delivery.isEvent, self.faults.strikes(.dropAfterPush) { throw .fault }
        } catch {
            self.end(id, error)
        }
    }

    /// Sends what was collected; false if there is nothing.
    func flushDeliveries() -> Bool {
        guard !self.delivered.isEmpty else { return false }
        let delivered = Set(self.delivered).sorted()
        self.delivered.removeAll(keepingCapacity: self.delivered.capacity <= 1_000)
        for id in delivered {
            do {
                try self.byID[id]?.flushDeliveries()
            } catch {
                self.end(id, error)
            }
            self.limitAnonymous(id)
        }
        return true
    }

    // MARK: - Ending

    /// Ends one after another.
    ///
    /// - Parameter abruptly: whether clients see their connections reset rather than closed.
    func drop(abruptly: Bool = false, where isMeant: (ServerConnection) -> Bool = { _ in true }) {
        for (id, connection) in self.byID.inOrder where isMeant(connection) {
            if abruptly { connection.reset() }
            self.end(id, .fault)
        }
    }

    private func end(_ id: Int, _ reason: ConnectionEnd) {
        guard let connection = self.byID.removeValue(forKey: id) else { return }
        connection.close(reason)
        self.countWatchers.valueChanged(to: self.count)
        self.left(id)
    }

    /// Ends all at once, so that nothing is passed from one to another.
    func stop() {
        let connections = self.byID
        self.byID = [:]
        for (id, connection) in connections.inOrder {
            connection.close(.serverStopped)
            self.left(id)
        }
        self.countWatchers.valueChanged(to: self.count)
    }

    private func left(_ id: Int) {
        self.anonymousBudget.set(0, for: id)
        let client = ClientID(node: self.node, connection: id)
        self.core.assumeIsolated { $0.clientLeft(client) }
    }
}
