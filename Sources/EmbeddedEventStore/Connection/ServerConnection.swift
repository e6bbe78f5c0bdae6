internal import Logging
internal import PhotonPumpTransport
internal import PhotonPumpWire

/// One client: its socket, what it has said about itself, and its incoming and outgoing packages.
///
/// Use it on the server's queue only. An error that it throws ends the connection; whoever catches it calls
/// ``close(_:)``.
final class ServerConnection {
    typealias Instant = Environment.Instant
    typealias Answerer = (Package, inout Session) -> Answer?

    /// What can happen to a connection.
    enum Event {
        case readable, writable, timer
        /// A reply that a fault has delayed is due.
        case due(Int)
        /// A fault, or all of them, has been lifted.
        case lifted(FaultPlan.ID?)
        /// The server was suspended, and is no longer.
        case resumed
        /// Others had their turn.
        case nextTurn
        /// Send bytes that no one has asked for.
        case interjected(Bytes)
    }

    /// How long a client's requests may be worked at before others get their turn.
    private static let turn: Duration = .milliseconds(100)

    private let channel: PackageChannel
    private let configuration: EmbeddedServer.Configuration
    private let faults: FaultInjector
    private let executor: QueueExecutor
    private let environment: Environment
    private let logger: Logger
    private var report: (Event) -> Void = { _ in }
    private var timer: QueueTimer?
    private var nextTurn: QueueTimer?
    private var heartbeat: Heartbeat
    private var backPressure = BackPressure()
    private var session = Session()
    private var postponed = PostponedReplies()
    private var arrived = Arrived()
    private var subscriptions = SubscriptionCosts()

    /// What has arrived and is not handled yet.
    private struct Arrived {
        /// The packages that the client was held up with; no more than were read in one turn.
        var packages: ArraySlice<Package> = []
        /// Whether packages are left for the next turn.
        var isInterrupted = false
        /// Why there is nothing more to read, while packages are still to be answered.
        var ending: ChannelError?
        /// Whether something was not read at once because of a fault.
        var wasHeldUp = false
    }

    init(
        _ channel: PackageChannel,
        _ configuration: EmbeddedServer.Configuration,
        faults: FaultInjector,
        executor: QueueExecutor,
        environment: Environment,
        logger: Logger
    ) {
        self.channel = channel
        self.configuration = configuration
        self.faults = faults
        self.executor = executor
        self.environment = environment
        self.logger = logger
        self.session.address = channel.peer
        self.heartbeat = Heartbeat(
            interval: configuration.heartbeatInterval,
            timeout: configuration.heartbeatTimeout,
            now: environment.now
        )
    }

    /// Starts reporting what happens; pass each report to ``handle(_:now:answer:)``.
    func activate(_ handler: @escaping (Event) -> Void) {
        self.report = handler
        self.channel.activate { handler($0 == .readable ? .readable : .writable) }
        self.timer = self.environment.timer(on: self.executor) { handler(.timer) }
        self.timer?.schedule(after: .zero)
        self.nextTurn = self.environment.timer(on: self.executor) { handler(.nextTurn) }
    }

    func handle(_ event: Event, now: Instant, answer: Answerer) throws(ConnectionEnd) {
        switch event {
        case .readable:
            guard !self.faults.isSuspended, !self.faults.strikes(.stallReads) else {
                self.arrived.wasHeldUp = true
                return self.channel.pauseReading()
            }
            if case .failure(let ending) = self.receive() { self.arrived.ending = ending }
            if exchange(&self.arrived.wasHeldUp, with: false) { self.lookForReset() }
            try self.signReceived(now: now)
            try self.work(answer)
            try self.endIfOver()
        case .writable:
            let unsent = self.unsentCount
            try self.work(answer)
            // Nothing is read from a client that is held up, so taking its replies counts as a sign of life.
            if self.unsentCount < unsent { try self.signReceived(now: now) }
        case .timer:
            // A client that is not read from, or not asked, cannot give a sign of life.
            if self.isStalled { try self.signReceived(now: now) }
            try self.perform(self.heartbeat.timerFired(now: now), now: now)
        case .due(let key):
            try self.send(self.postponed.take(key))
            try self.work(answer)
        case .lifted(let fault):
            try self.send(self.postponed.take(heldBy: fault))
            try self.work(answer)
        case .resumed:
            try self.work(answer)
        case .nextTurn:
            try self.work(answer)
            try self.endIfOver()
        case .interjected(let bytes):
            self.channel.send(bytes)
            try self.flush()
        }
    }

    /// Ends the connection. Pending answers are still sent as far as the client takes them at once.
    func close(_ reason: ConnectionEnd) {
        if !self.faults.isSuspended, !self.faults.has(.stallWrites) { try? self.channel.flush() }
        self.channel.close()
        self.timer = nil
        self.nextTurn = nil
        self.arrived.packages = []
        self.postponed = PostponedReplies()
        self.logger.debug("disconnected", metadata: [LogKey.reason: "\(reason)"])
    }

    /// Ends the connection in such a way that the client sees it broken; ``close(_:)`` must still be called.
    func reset() {
        self.channel.reset()
    }

    /// What is reported about it.
    var statistics: ConnectionStatistics {
        ConnectionStatistics(
            remoteEndPoint: self.channel.peer,
            clientConnectionName: self.session.connectionName ?? "",
            pendingSendBytes: self.unsentCount)
    }

    private func receive() -> Result<Int, ChannelError> {
        Result { () throws(ChannelError) in
            try self.channel.receive { package in
                // Heartbeats are answered at once, whatever else is waiting.
                if package.command == .heartbeatRequest, !self.faults.concernsHeartbeats {
                    self.channel.send(Package(.heartbeatResponse, package.correlation))
                } else {
                    self.arrived.packages.append(package)
                }
            }
        }
    }

    /// What came before a client reset the connection is not carried out if nobody had read it by then, as TCP has it
    /// (RFC 9293, 3.10.7.4). Some systems let it be read nevertheless.
    private func lookForReset() {
        if self.arrived.ending == nil, case .failure(let ending) = self.receive() { self.arrived.ending = ending }
        if case .transport = self.arrived.ending { self.arrived.packages = [] }
    }

    /// Answers waiting packages, until there is too much for the client to take, or others should have their turn.
    private func work(_ answer: Answerer) throws(ConnectionEnd) {
        try self.flush()
        let end = self.environment.now + Self.turn
        self.arrived.isInterrupted = false
        while !self.isHoldingUp, !self.arrived.isInterrupted, let package = self.arrived.packages.popFirst() {
            self.logger.trace("received", metadata: [LogKey.command: "\(package.command)"])
            try self.serve(package, answer)
            self.backPressure.unsentChanged(to: self.unsentCount)
            if self.backPressure.isHolding { try self.flush() }
            self.arrived.isInterrupted = !self.arrived.packages.isEmpty && self.environment.now > end
        }
        try self.flush()
        if self.arrived.packages.isEmpty { self.arrived.packages = [] }
        if self.arrived.isInterrupted { self.nextTurn?.schedule(after: .zero) }
        if self.isHoldingUp || self.arrived.isInterrupted {
            self.channel.pauseReading()
        } else {
            self.channel.resumeReading()
        }
    }

    /// The bytes that the client has not taken yet.
    var unsentCount: Int { self.channel.unsentCount }
    /// The number of replies that faults hold back.
    var postponedCount: Int { self.postponed.count }

    private var isHoldingUp: Bool {
        self.faults.isSuspended || self.backPressure.isHolding || self.postponed.isFull
    }

    private var isStalled: Bool {
        self.faults.isSuspended || self.faults.has(.stallReads) || self.faults.has(.stallWrites)
    }

    private func serve(_ package: Package, _ answer: Answerer) throws(ConnectionEnd) {
        let strike = self.faults.strike(package.command)
        if let strike, case .toRequest(let harm) = strike.harm {
            return try self.carryOut(harm.effects(on: package), of: strike.id, package.correlation)
        }
        guard let reply = answer(package, &self.session) else { return }
        self.subscriptions.answered(package, with: reply.command)
        if let strike, case .toReply(let harm) = strike.harm {
            try self.carryOut(harm.effects(on: reply, to: package), of: strike.id, package.correlation)
        } else {
            try self.send(reply, package.correlation)
        }
    }

    private func carryOut(
        _ effects: [EmbeddedServer.Fault.Effect], of fault: FaultPlan.ID, _ correlation: GUID
    ) throws(ConnectionEnd) {
        for effect in effects {
            switch effect {
            case .send(let answer, let hasID): try self.send(answer, hasID ? correlation : .zero)
            case .sendRaw(let bytes): self.channel.send(bytes)
            case .postpone(let answer, let delay): self.postpone(answer, correlation, fault, delay)
            case .drop: throw .fault
            }
        }
    }

    private func postpone(_ answer: Answer, _ correlation: GUID, _ fault: FaultPlan.ID, _ delay: Duration?) {
        self.postponed.add(answer, correlation, fault) { key in
            guard let delay else { return nil }
            let timer = self.environment.timer(on: self.executor) { [weak self] in self?.report(.due(key)) }
            timer.schedule(after: delay)
            return timer
        }
    }

    /// Collects something for a subscriber.
    func deliver(_ content: Answer, _ correlation: GUID) throws(ConnectionEnd) {
        if content.command == .subscriptionDropped { self.subscriptions.dropped(correlation) }
        try self.send(content, correlation)
    }

    /// Sends what was collected for subscribers. A client that does not take it is disconnected before it uses too much
    /// memory.
    func flushDeliveries() throws(ConnectionEnd) {
        try self.flush()
        let pending = self.unsentCount
        guard pending > self.configuration.pendingSendLimit else { return }
        self.complain("Connection pending send bytes is too large: \(pending).")
        throw .slow
    }

    /// Tells the client why its connection is about to end.
    func complain(_ text: String) {
        self.channel.send(Package(.badRequest, .zero, payload: Bytes(utf8: text)))
    }

    /// The bytes that a client that has not logged in makes the server hold; 0 for others.
    var anonymousCount: Int {
        guard self.session.identity == .anonymous else { return 0 }
        let waiting = self.arrived.packages.reduce(0) { $0 + $1.payload.count }
        return self.channel.unfinishedCount + waiting + self.unsentCount + self.subscriptions.total
    }

    private func flush() throws(ConnectionEnd) {
        do {
            let isHeld = self.faults.isSuspended || self.unsentCount > 0 && self.faults.strikes(.stallWrites)
            if !isHeld { try self.channel.flush() }
        } catch {
            throw .channel(error)
        }
        self.backPressure.unsentChanged(to: self.unsentCount)
    }

    func send(_ answer: Answer, _ correlation: GUID) throws(ConnectionEnd) {
        switch answer.content {
        case .payload(let bytes): self.channel.send(Package(answer.command, correlation, payload: bytes))
        case .message(let message): self.channel.send(message, answer.command, correlation)
        }
        if answer.command == .badRequest {
            self.logger.info("bad request", metadata: [LogKey.reason: "\(answer.note ?? "not accepted")"])
        }
        if answer.isLast { throw .refused }
    }

    private func send(_ replies: [(answer: Answer, correlation: GUID)]) throws(ConnectionEnd) {
        for reply in replies { try self.send(reply.answer, reply.correlation) }
    }

    /// Ends the connection if there is nothing more to read, and nothing left for the next turn.
    private func endIfOver() throws(ConnectionEnd) {
        guard let ending = self.arrived.ending, !self.arrived.isInterrupted else { return }
        if case .frame(let error) = ending {
            try self.send(.broken(error, limit: self.configuration.frameLimit), .zero)
        }
        throw .channel(ending)
    }

    private func signReceived(now: Instant) throws(ConnectionEnd) {
        if let action = self.heartbeat.signReceived(now: now) { try self.perform(action, now: now) }
    }

    private func perform(_ action: Heartbeat.Action, now: Instant) throws(ConnectionEnd) {
        switch action {
        case .wait(let moment):
            self.wake(at: moment, now: now)
        case .ask(let moment):
            self.channel.send(Package(.heartbeatRequest, self.environment.newID()))
            try self.flush()
            self.wake(at: moment, now: now)
        case .giveUp:
            throw .silent
        }
    }

    private func wake(at moment: Instant, now: Instant) {
        self.timer?.schedule(after: moment - now)
    }
}
