internal import Dispatch
public import Logging
internal import PhotonPumpTransport
internal import PhotonPumpWire

/// A client of an EventStore server, over one TCP connection that any number of tasks share.
///
/// Make one, ``connect()`` it, and ``close()`` it at the end; or let ``withClient(_:logger:_:)`` do that:
///
/// ```swift
/// try await withClient("tcp://admin:changeit@localhost:1113") { client in
///     try await client.publishEvent(to: "ponies", type: "PonyJumped", body: PonyJumped(height: 10))
///     for try await event in client.iter("ponies") { print(event.type) }
/// }
/// ```
///
/// Calls do not wait for each other: each is sent at once, and gets its answer whenever that comes. When the
/// connection is lost, the calls that wait fail with ``PhotonPumpError/Code/connectionLost``, and ``connect()`` may be
/// called again.
///
/// The actor runs on the queue on which its socket's readiness events arrive, so that a package travels from the
/// socket to its conversation without a change of threads.
public actor Client {
    /// Unsent bytes above which no further request is taken from the line until the server has caught up.
    private static let unsentMark = 1 << 20

    /// The settings this client was made with.
    public nonisolated let configuration: Configuration

    private enum Message: Sendable {
        case begin(any OpenExchange)
        case cancel(GUID)
        case cancelConnect(GUID)
    }

    private enum State {
        /// Not connected. `cause` says why, if it was once. Exits: locating, closed.
        case idle(cause: PhotonPumpError?)
        /// Looking up the name, then connecting. Exits: handshaking, idle, closed.
        case locating(SocketConnector?)
        /// Exits: connected, idle, closed.
        case handshaking(PackageChannel, Handshake)
        /// Exits: idle, closed.
        case connected(PackageChannel, Heartbeat)
        /// For good.
        case closed
    }

    private nonisolated let executor: QueueExecutor
    private nonisolated let mailbox = Mailbox<Message>()
    private nonisolated let ids = CorrelationIDs()
    private let login: Login?
    private let logger: Logger
    private var state = State.idle(cause: nil)
    private var table: ConversationTable<any OpenExchange>
    private var connectWaiters: [GUID: CheckedContinuation<Void, any Error>] = [:]
    private var timer: QueueTimer?
    /// Counts connections, so that events of an earlier one are recognised.
    private var attempt = 0

    /// A client that is not connected yet.
    ///
    /// - Parameters:
    ///   - configuration: where to connect, as whom, and within which limits.
    ///   - logger: gets `debug` for what the connection does and `warning` for its loss; never payloads or passwords.
    /// - Throws: ``PhotonPumpError/Code/invalidConfiguration``, naming the setting that is wrong.
    public init(_ configuration: Configuration, logger: Logger = Logger(label: "PhotonPump")) throws {
        let validated = try configuration.validated()
        self.configuration = configuration
        self.login = validated.login
        self.logger = logger
        self.executor = QueueExecutor(label: "photonpump.client")
        self.table = ConversationTable(limit: configuration.maximumInFlight)
    }

    /// A client that is not connected yet, for the server that a connection string such as
    /// `tcp://admin:changeit@localhost:1113` names.
    ///
    /// - Throws: ``PhotonPumpError/Code/invalidConfiguration``, naming the part that is wrong.
    public init(_ connectionString: String, logger: Logger = Logger(label: "PhotonPump")) throws {
        try self.init(Configuration(connectionString), logger: logger)
    }

    /// The queue that the connection's events arrive on.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        self.executor.asUnownedSerialExecutor()
    }

    // MARK: Connecting and closing

    /// Connects, authenticates and identifies this client. Returns when the server can serve it, at once if it is
    /// connected already.
    ///
    /// Cancelling the task gives the attempt up, unless another task waits for it too.
    ///
    /// - Throws: ``PhotonPumpError/Code/connectionFailed`` with the cause, ``PhotonPumpError/Code/notAuthenticated``,
    ///   ``PhotonPumpError/Code/notHandled`` when the node is not ready, or ``PhotonPumpError/Code/clientClosed``.
    public func connect() async throws {
        let id = self.ids.next()
        try await withTaskCancellationHandler {
            try Task.checkCancellation()
            try await withCheckedThrowingContinuation { self.beginConnecting(id, $0) }
        } onCancel: {
            self.post(.cancelConnect(id))
        }
    }

    /// Closes the connection for good. Calls that wait have failed with ``PhotonPumpError/Code/clientClosed`` when it
    /// returns, and so does every later one. Closing again does nothing.
    public func close() {
        self.emptyMailbox()
        if case .closed = self.state { return }
        self.end(
            .closed,
            waiting: PhotonPumpError(.clientClosed, "the client was closed while this call waited"),
            connecting: PhotonPumpError(.clientClosed, "the client was closed while it connected")
        )
        self.logger.debug("closed")
    }

    private func beginConnecting(_ id: GUID, _ waiter: CheckedContinuation<Void, any Error>) {
        switch self.state {
        case .closed:
            waiter.resume(throwing: PhotonPumpError(.clientClosed, "connect: the client is closed"))
        case .connected:
            waiter.resume()
        case .locating, .handshaking:
            self.connectWaiters[id] = waiter
        case .idle:
            self.connectWaiters[id] = waiter
            self.locate()
        }
    }

    private func cancelConnecting(_ id: GUID) {
        guard let waiter = self.connectWaiters.removeValue(forKey: id) else { return }
        waiter.resume(throwing: CancellationError())
        guard self.connectWaiters.isEmpty else { return }
        let cause = PhotonPumpError(.notConnected, "the attempt to connect was cancelled")
        self.end(.idle(cause: cause), waiting: cause, connecting: cause)
    }

    private func locate() {
        self.attempt += 1
        let attempt = self.attempt
        self.state = .locating(nil)
        let endpoint = self.configuration.endpoint
        self.logger.debug("connecting", metadata: [LogKey.endpoint: "\(endpoint)"])
        self.startTimer(after: self.configuration.connectTimeout)
        AddressResolver.resolve(host: endpoint.host, port: endpoint.port, on: self.executor.queue) { [weak self] result in
            self?.assumeIsolated { $0.resolved(result, attempt) }
        }
    }

    private func resolved(_ result: Result<[SocketAddress], SocketError>, _ attempt: Int) {
        guard attempt == self.attempt, case .locating = self.state else { return }
        switch result {
        case .failure(let error):
            self.connectingFailed(self.failure("cannot find '\(self.configuration.endpoint.host)'", error))
        case .success(let addresses):
            let connector = SocketConnector(addresses, queue: self.executor.queue) { [weak self] in
                self?.assumeIsolated { $0.socketSettled(attempt) }
            }
            self.state = .locating(connector)
            connector.start()
        }
    }

    private func socketSettled(_ attempt: Int) {
        guard attempt == self.attempt, case .locating(let connector?) = self.state else { return }
        do throws(SocketError) {
            let channel = PackageChannel(
                try connector.takeTransport(),
                frameLimit: self.configuration.maximumFrameSize
            )
            channel.activate { [weak self] event in self?.assumeIsolated { $0.channelReady(event, attempt) } }
            let handshake = Handshake(
                login: self.login,
                connectionName: self.configuration.connectionName,
                correlation: self.ids.next()
            )
            self.state = .handshaking(channel, handshake)
            channel.send(handshake.opening)
            self.flush(channel)
        } catch {
            self.connectingFailed(self.failure("cannot connect", error))
        }
    }

    private func handshakeReceived(_ package: Package, _ channel: PackageChannel, _ handshake: Handshake) {
        var handshake = handshake
        let action = handshake.received(package)
        self.state = .handshaking(channel, handshake)
        switch action {
        case nil:
            self.logger.debug("unexpected package", metadata: [LogKey.command: "\(package.command)"])
        case .send(let package):
            channel.send(package)
        case .fail(let error):
            self.connectingFailed(error)
        case .finish:
            self.state = .connected(channel, Heartbeat(self.configuration.heartbeat, now: .now))
            self.logger.debug("connected", metadata: [LogKey.endpoint: "\(channel.peer)"])
            self.watchForSilence()
            let waiters = self.connectWaiters
            self.connectWaiters = [:]
            for waiter in waiters.values { waiter.resume() }
        }
    }

    private func failure(_ problem: String, _ cause: some Error) -> PhotonPumpError {
        PhotonPumpError(.connectionFailed, problem, underlying: cause)
    }

    private func connectingFailed(_ error: PhotonPumpError) {
        var error = error
        error.endpoint = self.configuration.endpoint.description
        self.logger.debug("connecting failed", metadata: [LogKey.error: "\(error)"])
        self.end(.idle(cause: error), waiting: error, connecting: error)
    }

    private func lost(_ cause: some Error) {
        guard case .connected(let channel, _) = self.state else {
            return self.connectingFailed(self.failure("the server does not speak with this client", cause))
        }
        var error = PhotonPumpError(.connectionLost, "the connection was lost", underlying: cause)
        error.endpoint = channel.peer
        self.logger.warning("connection lost", metadata: [LogKey.error: "\(error)"])
        self.end(.idle(cause: error), waiting: error, connecting: error)
    }

    /// Leaves the connection, if there is one, and ends every wait.
    private func end(_ next: State, waiting: PhotonPumpError, connecting: PhotonPumpError) {
        self.attempt += 1
        self.timer = nil
        switch self.state {
        case .handshaking(let channel, _), .connected(let channel, _): channel.close()
        case .locating(let connector): connector?.cancel()
        case .idle, .closed: break
        }
        self.state = next
        let waiters = self.connectWaiters
        self.connectWaiters = [:]
        for waiter in waiters.values { waiter.resume(throwing: connecting) }
        for exchange in self.table.removeAll() { exchange.fail(waiting) }
    }

    // MARK: Conversations

    /// Has a conversation and returns what it comes to. Cancelling the task ends it at once.
    nonisolated func perform<C: Conversation>(_ conversation: C) async throws -> C.Output {
        let id = self.ids.next()
        return try await withTaskCancellationHandler {
            try Task.checkCancellation()
            return try await withCheckedThrowingContinuation { continuation in
                self.begin(Exchange(conversation, id: id) { continuation.resume(with: $0) })
                // A cancellation that came before `begin` found nothing to cancel.
                if Task.isCancelled { self.cancel(id) }
            }
        } onCancel: {
            self.cancel(id)
        }
    }

    /// An id for ``begin(_:)`` and ``cancel(_:)``.
    nonisolated func nextID() -> GUID { self.ids.next() }

    /// Starts a conversation as soon as its turn comes.
    nonisolated func begin(_ exchange: any OpenExchange) {
        self.post(.begin(exchange))
    }

    /// Ends a conversation that was begun, if it has not ended already.
    nonisolated func cancel(_ id: GUID) {
        self.post(.cancel(id))
    }

    private nonisolated func post(_ message: Message) {
        guard self.mailbox.post(message) else { return }
        self.executor.queue.async { self.assumeIsolated { $0.emptyMailbox() } }
    }

    private func emptyMailbox() {
        for message in self.mailbox.takeAll() {
            switch message {
            case .begin(let exchange): self.enqueue(exchange)
            case .cancel(let id): self.table.cancel(id)?.cancel()
            case .cancelConnect(let id): self.cancelConnecting(id)
            }
        }
        self.sendWaiting()
    }

    private func enqueue(_ exchange: any OpenExchange) {
        switch self.state {
        case .locating, .handshaking, .connected: self.table.enqueue(exchange.id, exchange)
        case .idle(cause: nil):
            exchange.fail(PhotonPumpError(.notConnected, "connect() was not called"))
        case .idle(let cause?):
            exchange.fail(cause)
        case .closed:
            exchange.fail(PhotonPumpError(.clientClosed, "the client is closed"))
        }
    }

    /// Sends as many waiting requests as the limits allow, in one write.
    private func sendWaiting() {
        guard case .connected(let channel, _) = self.state else { return }
        repeat {
            while channel.unsentCount < Self.unsentMark, let exchange = self.table.startNext() {
                exchange.send(on: channel)
            }
            guard self.flush(channel) else { return }
        } while channel.unsentCount == 0 && self.table.canStart
    }

    // MARK: The channel

    /// - Returns: whether the connection is still there.
    @discardableResult
    private func flush(_ channel: PackageChannel) -> Bool {
        do throws(ChannelError) {
            try channel.flush()
            return true
        } catch {
            self.lost(error)
            return false
        }
    }

    private func channelReady(_ event: TransportEvent, _ attempt: Int) {
        guard attempt == self.attempt else { return }
        switch self.state {
        case .handshaking(let channel, _), .connected(let channel, _):
            if event == .readable, !self.receive(on: channel) { return }
            self.sendWaiting()
            self.flush(channel)
        case .idle, .locating, .closed:
            return
        }
    }

    /// - Returns: whether the connection is still there.
    private func receive(on channel: PackageChannel) -> Bool {
        let attempt = self.attempt
        do throws(ChannelError) {
            let count = try channel.receive { package in self.received(package, attempt) }
            if count > 0, case .connected(let channel, var heartbeat) = self.state {
                heartbeat.received(now: .now)
                self.state = .connected(channel, heartbeat)
            }
        } catch {
            if attempt == self.attempt { self.lost(error) }
        }
        return attempt == self.attempt
    }

    private func received(_ package: Package, _ attempt: Int) {
        guard attempt == self.attempt else { return }
        switch self.state {
        case .handshaking(let channel, _) where package.command == .heartbeatRequest,
            .connected(let channel, _) where package.command == .heartbeatRequest:
            channel.send(Package(.heartbeatResponse, package.correlation))
        case .handshaking(let channel, let handshake):
            self.handshakeReceived(package, channel, handshake)
        case .connected(let channel, _):
            if let exchange = self.table.finish(package.correlation) {
                exchange.received(package, from: channel.peer)
            } else if package.command != .heartbeatResponse {
                self.unclaimed(package)
            }
        case .idle, .locating, .closed:
            break
        }
    }

    /// A package that answers nothing that is still waited for: a late answer, or the server's last words.
    private func unclaimed(_ package: Package) {
        if package.command == .badRequest, package.correlation == .zero {
            self.lost(CommonReplies.error(for: package, operation: "the server gave the connection up"))
        } else {
            self.logger.debug("package for nobody", metadata: [LogKey.command: "\(package.command)"])
        }
    }

    // MARK: Time

    private func startTimer(after delay: Duration) {
        let attempt = self.attempt
        self.timer = QueueTimer(on: self.executor.queue) { [weak self] in
            self?.assumeIsolated { $0.timerFired(attempt) }
        }
        self.timer?.schedule(after: delay)
    }

    private func timerFired(_ attempt: Int) {
        guard attempt == self.attempt else { return }
        switch self.state {
        case .locating:
            self.connectingFailed(self.timedOut("the server did not accept the connection"))
        case .handshaking:
            self.connectingFailed(self.timedOut("something accepted the connection but does not answer as a server does"))
        case .connected(let channel, _):
            // What has arrived while this process was stopped counts before any silence does.
            if self.receive(on: channel) { self.watchForSilence() }
        case .idle, .closed:
            break
        }
    }

    private func timedOut(_ problem: String) -> PhotonPumpError {
        PhotonPumpError(.connectionFailed, "\(problem) within \(self.configuration.connectTimeout)")
    }

    private func watchForSilence() {
        guard case .connected(let channel, var heartbeat) = self.state else { return }
        let now = ContinuousClock.now
        let action = heartbeat.look(now: now)
        self.state = .connected(channel, heartbeat)
        switch action {
        case .wait(let next):
            self.timer?.schedule(after: next - now)
        case .ask(let next):
            channel.send(Package(.heartbeatRequest, self.ids.next()))
            if self.flush(channel) { self.timer?.schedule(after: next - now) }
        case .dead(let silence):
            self.lost(PhotonPumpError(.connectionLost, "nothing came from the server for \(silence)"))
        }
    }
}
