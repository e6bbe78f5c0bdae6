internal import Logging
internal import PhotonPumpTransport
internal import PhotonPumpWire

/// The calls that are under way: queued for admission, waiting for their turn, for an answer, or until they are sent
/// again. Used on the client's queue only.
final class Calls {
    private let context: ClientContext
    private let gate: AdmissionGate
    private let settlements: Settlements
    private let table: ConversationTable<Exchange>
    /// Calls beyond the limits, in order.
    private let admissionQueue = ConversationTable<Exchange>(limit: .max)
    /// Requests that wait until the client is connected to another node.
    private var redirected: Set<GUID> = []
    private let timer: QueueTimer
    /// When the timer fires; nil when it is not set.
    private var wake: Environment.Instant?

    /// - Parameter timeIsUp: called on the client's queue; ``expire(because:)`` is due then.
    init(
        _ context: ClientContext, _ gate: AdmissionGate, _ settlements: Settlements,
        timeIsUp: @escaping @Sendable () -> Void
    ) {
        self.context = context
        self.gate = gate
        self.settlements = settlements
        self.timer = context.timer(timeIsUp)
        self.table = ConversationTable(limit: context.configuration.maximumInFlight)
    }

    var load: ClientLoad {
        ClientLoad(
            inFlight: self.table.inFlightCount, waiting: self.table.waitingCount,
            suspended: self.admissionQueue.waitingCount)
    }

    /// Whether there are none inside.
    var areNoneInside: Bool { self.table.isEmpty }

    var isEmpty: Bool { self.table.isEmpty && self.admissionQueue.isEmpty }

    // MARK: Admission

    /// A call joins the queue for admission, as the limits are reached. Calls inside have a request that waits for
    /// its turn or for an answer; the pages of iterators are not counted.
    func awaitAdmission(_ exchange: Exchange) {
        self.admissionQueue.enqueue(exchange.id, exchange, deadline: exchange.startBy)
    }

    /// Admits the next call in the queue, if there is room, and has `begin` enqueue it.
    ///
    /// - Returns: whether there was one.
    func admitNext(_ begin: (Exchange) -> Void) -> Bool {
        guard self.admissionQueue.canStart, self.gate.enterFromQueue(), let exchange = self.admissionQueue.startNext()
        else { return false }
        _ = self.admissionQueue.finish(exchange.id)
        exchange.admit()
        begin(exchange)
        // Not before: whoever comes now may be inside at once.
        self.gate.leaveQueue()
        return true
    }

    func enqueue(_ exchange: Exchange) {
        self.table.enqueue(exchange.id, exchange, deadline: exchange.deadline, startBy: exchange.startBy)
    }

    /// The caller no longer wants it.
    func cancel(_ id: GUID) {
        self.table.cancel(id)?.cancel()
        guard let exchange = self.admissionQueue.cancel(id) else { return }
        self.gate.leaveQueue()
        exchange.cancel()
    }

    // MARK: Exchanges

    /// Whether a request could be sent.
    var canStart: Bool { self.table.canStart }

    /// Sends requests until the connection has enough to do.
    func send(on connection: Connection) {
        while connection.unsentCount < Connection.unsentMark, let exchange = self.table.startNext() {
            if self.settlements.mustWait(exchange) {
                self.table.hold(exchange.id)
            } else {
                exchange.send(on: connection)
            }
        }
    }

    /// The exchange that waits for an answer with this id.
    func exchange(_ id: GUID) -> Exchange? { self.table.entry(id) }

    /// The ids of the requests that wait for an answer.
    var unanswered: Set<GUID> { self.table.unanswered }

    /// An exchange is over.
    func finish(_ id: GUID) {
        _ = self.table.finish(id)
    }

    /// Sends a request again after a pause, because the node is not serving any at the moment.
    func retry(_ exchange: Exchange, because reason: ClientMetrics.Retry = .notHandled) {
        self.context.metrics?.retried(reason)
        self.table.delay(exchange.id, until: self.now + self.context.backoff(attempts: exchange.attempts))
    }

    /// The server gave up waiting for the request to be done: it is sent again after a pause, or looked for first.
    func retry(_ exchange: Exchange, after error: PhotonPumpError) {
        guard exchange.uncertainWrite != nil else { return self.retry(exchange, because: .serverTimeout) }
        self.context.metrics?.retried(.serverTimeout)
        self.table.hold(exchange.id)
        let pause = self.context.backoff(attempts: exchange.attempts)
        self.settlements.begin([exchange.id], because: error, after: pause, in: self)
    }

    /// Sends a request again as soon as it is its turn.
    func retryAtOnce(_ id: GUID, because reason: ClientMetrics.Retry) {
        self.context.metrics?.retried(reason)
        self.table.delay(id, until: self.now)
    }

    /// An answer that is larger than the client takes was passed over: it is asked for less, or the call fails.
    ///
    /// - Returns: whether the answer was to a call.
    func refuse(_ frame: LargeFrame, from peer: String) -> Bool {
        guard let exchange = self.table.entry(frame.correlation) else { return false }
        if exchange.answerWasTooLarge(bytes: frame.length) {
            self.retryAtOnce(frame.correlation, because: .tooLarge)
        } else {
            self.finish(frame.correlation)
            exchange.fail(self.context.tooLarge(frame, from: peer))
        }
        return true
    }

    /// Tells the exchange whose answer had begun to arrive when the connection ended.
    ///
    /// - Returns: its id, if it asks for less now, so that there is no reason to wait before the next connection.
    func cutShort(_ frame: LargeFrame?) -> GUID? {
        guard let frame, let exchange = self.table.entry(frame.correlation),
            exchange.answerWasTooLarge(bytes: frame.length)
        else { return nil }
        return frame.correlation
    }

    // MARK: Requests that another node would serve

    var areAnyRedirected: Bool { !self.redirected.isEmpty }

    /// A request waits until the client is connected to another node.
    func redirect(_ exchange: Exchange, because error: PhotonPumpError) {
        // That the other node cannot be reached says more.
        if exchange.refusal == nil { exchange.note(error) }
        // Nodes that name each other would send it back and forth.
        guard exchange.attempts <= 2 else { return self.retry(exchange) }
        self.context.metrics?.retried(.redirected)
        self.redirected.insert(exchange.id)
        self.table.delay(exchange.id, until: exchange.deadline)
    }

    /// The other node cannot be reached.
    func noteForRedirected(_ error: PhotonPumpError) {
        for id in self.redirected { self.table.delayedEntry(id)?.note(error) }
    }

    /// Requests that wait for another node are sent to whichever node there is.
    ///
    /// - Parameter afterPause: whether it has just refused them.
    func releaseRedirected(afterPause: Bool = false) {
        let ids = self.redirected
        self.redirected = []
        // The pauses are by chance, and each gets the same in every run.
        for id in ids.sorted() {
            guard let exchange = self.table.delayedEntry(id) else { continue }
            let pause = afterPause ? self.context.backoff(attempts: exchange.attempts) : .zero
            self.table.postpone(id, until: self.now + pause)
        }
    }

    // MARK: Losses

    /// Puts requests that were sent back in their queue, or fails those that must not be sent twice. Writes of which the
    /// server might not remember that it has made them are looked for first.
    ///
    /// - Parameters:
    ///   - ids: those whose answers will not come; nil for all.
    ///   - cut: one that will ask for less when it is made again, as often as it can.
    func interrupt(_ error: PhotonPumpError, only ids: Set<GUID>? = nil, cutting cut: GUID? = nil) {
        let retries = self.context.configuration.retries
        let (over, held) = self.table.interrupt(only: ids) { exchange in
            if exchange.id == cut {
                self.context.metrics?.retried(.tooLarge)
                return .repeated
            }
            let losses = exchange.lostAnswer()
            exchange.log("answer lost", because: error, to: self.context.logger)
            guard exchange.isSafeToRepeat, retries.afterNoAnswer, losses <= retries.maximum ?? .max else {
                return .over
            }
            self.context.metrics?.retried(.connectionLost)
            return exchange.uncertainWrite == nil ? .repeated : .held
        }
        for exchange in over { exchange.fail(error) }
        self.settlements.begin(held, because: error, in: self)
    }

    func failAll(_ error: PhotonPumpError) {
        for exchange in self.admissionQueue.removeAll() {
            self.gate.leaveQueue()
            exchange.fail(error)
        }
        for exchange in self.table.removeAll() { exchange.fail(error) }
    }

    // MARK: Writes that are held back

    /// A settlement goes on.
    func handle(_ event: Settlements.Event) { self.settlements.handle(event, in: self) }

    func held(_ id: GUID) -> Exchange? { self.table.heldEntry(id) }
    func takeHeld(_ id: GUID) -> Exchange? { self.table.takeHeld(id) }

    /// The place of a held write in the order of the calls.
    func place(of id: GUID) -> UInt64? { self.table.place(of: id) }

    /// What was held back because of a stream is sent.
    func release(_ stream: String) {
        self.table.release { $0.changedStream == stream }
    }

    // MARK: Deadlines

    /// Sets the timer for the next deadline or delay.
    ///
    /// - Parameter other: one that is not of a call.
    func watchDeadlines(and other: Environment.Instant?) {
        guard let next = self.earlier(self.table.nextWake, self.earlier(self.admissionQueue.nextWake, other)),
            self.wake.map({ next < $0 }) ?? true
        else { return }
        self.wake = next
        self.timer.schedule(after: next - self.now)
    }

    /// Fails the calls whose time is up.
    ///
    /// - Parameter outage: why there is no connection, if there is none.
    func expire(because outage: PhotonPumpError?) {
        self.wake = nil
        for exchange in self.admissionQueue.expire(now: self.now) {
            self.gate.leaveQueue()
            exchange.fail(
                PhotonPumpError(.timedOut, "its turn did not come in time, so it was not sent (see maximumInFlight)"))
        }
        for exchange in self.table.expire(now: self.now) {
            let attempts = exchange.attempts
            let progress =
                attempts == 0 ? "it was not sent" : "it was sent \(attempts == 1 ? "once" : "\(attempts) times")"
            let terms = exchange.terms
            let time = (attempts == 0 ? terms.startBy : terms.deadline) - terms.started
            exchange.fail(
                PhotonPumpError(
                    .timedOut, "no answer within \(time.words) (\(progress))", underlying: outage ?? exchange.refusal))
        }
    }

    private var now: Environment.Instant { self.context.environment.now }

    private func earlier(_ first: Environment.Instant?, _ second: Environment.Instant?) -> Environment.Instant? {
        guard let first, let second else { return first ?? second }
        return min(first, second)
    }
}

extension ClientContext {
    func tooLarge(_ frame: LargeFrame, from peer: String) -> PhotonPumpError {
        var error = PhotonPumpError(
            .tooLarge,
            """
            the server sends \(frame.length) bytes at once, even for a pageSize of 1, which is more than maximumFrameSize \
            allows (\(self.configuration.maximumFrameSize))
            """)
        error.endpoint = peer
        return error
    }
}
