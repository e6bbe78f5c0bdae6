internal import PhotonPumpTransport
internal import PhotonPumpWire
internal import Synchronization

/// How a conversation gets from its caller to the connection.
extension Client {
    /// Above this many unsent bytes no further request is taken from the line until the server has caught up.
    static let unsentMark = 1 << 20

    /// Performs a conversation and returns its output. Cancelling the task ends it at once.
    nonisolated func perform<C: Conversation>(_ conversation: C, _ options: CallOptions) async throws -> C.Output {
        try await self.perform(conversation, self.terms(options))
    }

    /// The same for a call that began earlier and consists of several requests.
    nonisolated func perform<C: Conversation>(_ conversation: C, _ terms: CallTerms) async throws -> C.Output {
        try Task.checkCancellation()
        if self.isOver || (self.isRefusing && !terms.isContinued) { throw self.refusal(conversation, terms) }
        let (id, outcome) = (self.ids.next(), Outcome<C.Output>())
        let exchange = Exchange(conversation, id: id, terms: terms) { outcome.settle($0) }
        // Before anything is awaited: what follows runs elsewhere than the caller, and calls that one caller makes one
        // after another would be sent in any order.
        self.enter(exchange)
        defer { if exchange.isInside, self.gate.leave() { self.post(.letIn) } }
        return try await withTaskCancellationHandler {
            try await outcome.value()
        } onCancel: {
            self.cancel(id)
        }
    }

    /// Begins a call, or puts it in the line if there is no room inside.
    private nonisolated func enter(_ exchange: some OpenExchange) {
        if self.gate.enter() {
            exchange.admit()
            self.begin(exchange)
        } else {
            self.gate.joinLine()
            self.post(.standInLine(exchange))
        }
    }

    private nonisolated func refusal(_ conversation: some Conversation, _ terms: CallTerms) -> PhotonPumpError {
        let error = PhotonPumpError(.clientClosed, "the client is closed")
        return error.during(conversation.operation, stream: conversation.stream)
    }

    /// The call's options, completed with the client's settings.
    nonisolated func completed(_ options: CallOptions) -> CallOptions {
        var options = options
        options.requireMaster = options.requireMaster ?? self.configuration.requireMaster
        return options
    }

    /// The terms of a call that begins now.
    nonisolated func terms(_ options: CallOptions) throws(PhotonPumpError) -> CallTerms {
        try CallTerms(options, self.configuration, now: .now)
    }

    /// An id for ``begin(_:)`` and ``cancel(_:)``.
    nonisolated func nextID() -> GUID { self.ids.next() }

    /// Starts a conversation as soon as it is its turn.
    ///
    /// If no other call is waiting, the request is sent right away, on the caller's thread. Otherwise it is left to the
    /// next turn on the client's queue, which sends everything that has collected until then together.
    nonisolated func begin(_ exchange: any OpenExchange) {
        self.post(.begin(exchange), here: self.isQuiet.load(ordering: .relaxed))
    }

    /// Ends a conversation that was started, unless it has ended already.
    nonisolated func cancel(_ id: GUID) {
        self.post(.cancel(id))
    }

    /// Posts a message and makes sure that it is read.
    ///
    /// - Parameter here: read it on this thread before returning, unless a turn in progress will.
    nonisolated func post(_ message: Message, here: Bool = false) {
        guard self.mailbox.post(message) else { return }
        self.executor.run(here: here) { self.assumeIsolated { $0.turn {} } }
    }

    /// Runs `body` on the client's queue, and then handles the messages that tasks have posted meanwhile.
    func turn(_ body: () -> Void) {
        self.mailbox.attend()
        body()
        self.settleSubscribers()
        var messages: [Message]? = []
        while let current = messages {
            for message in current { self.read(message) }
            self.sendWaiting()
            self.settleSubscribers()
            self.isQuiet.store(self.table.isEmpty, ordering: .relaxed)
            messages = self.mailbox.takeAllOrLeave()
        }
        self.watchDeadlines()
        if self.table.isEmpty { self.restIfUnwanted() }
        self.lookWhetherDrained()
    }

    private func read(_ message: Message) {
        switch message {
        case .begin(let exchange): self.enqueue(exchange)
        case .standInLine(let exchange): self.standInLine(exchange)
        case .letIn: self.letIn()
        case .tell(let message, let command, let id, let login): self.tell(message, command, id, login)
        case .leave(let id): self.leave(id)
        case .cancel(let id):
            self.table.cancel(id)?.cancel()
            self.leaveLine(self.line.cancel(id))?.cancel()
        case .cancelConnect(let id): self.cancelConnecting(id)
        }
    }

    func enqueue(_ exchange: any OpenExchange) {
        guard self.connector.phase != .closed else {
            return exchange.fail(PhotonPumpError(.clientClosed, "the client is closed"))
        }
        self.table.enqueue(
            exchange.id, exchange, deadline: exchange.terms.deadline, startBy: exchange.terms.startBy)
        self.wantConnection()
    }

    /// Sends as many waiting requests as the limits allow, in one write.
    func sendWaiting() {
        guard case .connected(let channel, _) = self.link else { return }
        repeat {
            while channel.unsentCount < Self.unsentMark, let exchange = self.table.startNext() {
                if self.mustWaitForSettlement(exchange) {
                    self.table.hold(exchange.id)
                } else {
                    exchange.send(on: channel)
                }
            }
            guard self.flush(channel, self.connector.attempt) else { return }
        } while channel.unsentCount == 0 && self.table.canStart
    }

    /// Sends a request again after a pause, because the node is not serving any at the moment.
    func retry(_ exchange: any OpenExchange) {
        let delay = Backoff().delay(attempts: exchange.attempts, chance: .random(in: 0...1))
        self.table.delay(exchange.id, until: .now + delay)
    }

    /// Sets the timer for the next deadline or delay.
    func watchDeadlines() {
        let wakes = [self.table.nextWake, self.line.nextWake, self.connectWaiters.values.map(\.deadline).min()]
        guard let next = wakes.compactMap(\.self).min(),
            self.deadlineWatch.map({ next < $0 }) ?? true
        else { return }
        self.deadlineWatch = next
        if self.deadlineTimer == nil {
            self.deadlineTimer = QueueTimer(on: self.executor.queue) { [weak self] in
                self?.assumeIsolated { $0.deadlineReached() }
            }
        }
        self.deadlineTimer?.schedule(after: next - .now)
    }

    private func deadlineReached() {
        self.deadlineWatch = nil
        self.turn {
            self.expireLine()
            if !self.connectWaiters.isEmpty { self.expireConnectWaiters() }
            for exchange in self.table.expire(now: .now) {
                let attempts = exchange.attempts
                let progress =
                    attempts == 0 ? "it was not sent" : "it was sent \(attempts == 1 ? "once" : "\(attempts) times")"
                let terms = exchange.terms
                let time = (attempts == 0 ? terms.startBy : terms.deadline) - terms.started
                var cause = exchange.refusal
                if case .connected = self.link {} else { cause = self.lastError ?? cause }
                exchange.fail(
                    PhotonPumpError(.timedOut, "no answer within \(time) (\(progress))", underlying: cause))
            }
        }
    }
}
