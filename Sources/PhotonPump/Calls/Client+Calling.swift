internal import PhotonPumpTransport
internal import PhotonPumpWire
internal import Synchronization

/// How a conversation gets from its caller to the connection.
extension Client {
    /// Performs a conversation and returns its output. Cancelling the task ends it at once.
    nonisolated func perform<C: Conversation>(_ conversation: C, _ options: CallOptions) async throws -> C.Output {
        try await self.perform(conversation, self.terms(options))
    }

    /// The same for a call that began earlier and consists of several requests.
    nonisolated func perform<C: Conversation>(_ conversation: C, _ terms: CallTerms) async throws -> C.Output {
        try Task.checkCancellation()
        if self.isOver || (self.isRefusing && !terms.isContinued) { throw self.refusal(conversation, terms) }
        let (id, outcome) = (try self.correlation(of: conversation, terms), Outcome<C.Output>())
        defer { if terms.correlation != nil { self.intake.ids.release(id) } }
        let exchange = self.exchange(conversation, id, terms) { outcome.resolve($0) }
        // Before anything is awaited: what follows runs elsewhere than the caller, and calls that one caller makes one
        // after another would be sent in any order.
        self.enter(exchange)
        defer { if exchange.isInside, self.intake.gate.leave() { self.post(.admitNext) } }
        return try await withTaskCancellationHandler {
            try await outcome.value()
        } onCancel: {
            self.cancel(id)
        }
    }

    private nonisolated func exchange<C: Conversation>(
        _ conversation: C, _ id: GUID, _ terms: CallTerms,
        _ completion: @escaping @Sendable (Result<C.Output, any Error>) -> Void
    ) -> Exchange {
        guard let tracing = self.context.tracing else {
            return Exchange(conversation, id: id, terms: terms, completion: completion)
        }
        let (trace, traced) = tracing.begin(conversation)
        return Exchange(traced, id: id, terms: terms, trace: trace, completion: completion)
    }

    /// Begins a call, or queues it for admission if there is no room inside.
    private nonisolated func enter(_ exchange: Exchange) {
        if self.intake.gate.enter() {
            exchange.admit()
            self.begin(exchange)
        } else {
            self.intake.gate.joinQueue()
            self.post(.awaitAdmission(exchange))
        }
    }

    /// The correlation id of a call's request.
    ///
    /// - Throws: ``PhotonPumpError/Code/invalidArgument`` if another request has it, whose answer it would get.
    private nonisolated func correlation(
        of conversation: some Conversation, _ terms: CallTerms
    ) throws(PhotonPumpError) -> GUID {
        guard let id = terms.correlation else { return self.nextID() }
        guard self.intake.ids.claim(id) else {
            throw PhotonPumpError(.invalidArgument, "the correlation id \(id) belongs to a call that is under way")
                .during(conversation.operation, stream: conversation.stream)
        }
        return id
    }

    private nonisolated func refusal(_ conversation: some Conversation, _ terms: CallTerms) -> PhotonPumpError {
        self.closedError("the client is closed").during(conversation.operation, stream: conversation.stream)
    }

    /// The call's options, completed with the client's settings.
    nonisolated func completed(_ options: CallOptions) -> CallOptions {
        var options = options
        options.requireMaster = options.requireMaster ?? self.configuration.requireMaster
        return options
    }

    /// The terms of a call that begins now.
    nonisolated func terms(_ options: CallOptions) throws(PhotonPumpError) -> CallTerms {
        try CallTerms(options, self.context)
    }

    /// An id for ``begin(_:)`` and ``cancel(_:)``.
    nonisolated func nextID() -> GUID { self.intake.ids.next() }

    /// Starts a conversation as soon as it is its turn.
    ///
    /// If no other call is waiting, the request is sent right away, on the caller's thread. Otherwise it is left to the
    /// next turn on the client's queue, which sends everything that has collected until then together.
    nonisolated func begin(_ exchange: Exchange) {
        self.post(.begin(exchange), here: self.intake.isQuiet)
    }

    /// Ends a conversation that was started, unless it has ended already.
    nonisolated func cancel(_ id: GUID) {
        self.post(.cancel(id))
    }

    /// Posts a message and makes sure that it is read.
    ///
    /// - Parameter here: read it on this thread before returning, unless a turn in progress will.
    nonisolated func post(_ message: Intake.Message, here: Bool = false) {
        guard self.intake.post(message) else { return }
        self.executor.run(here: here) { self.assumeIsolated { $0.turn {} } }
    }

    /// Runs `body` on the client's queue, and then handles the messages that tasks have posted meanwhile.
    func turn(_ body: () -> Void) {
        var messages: [Intake.Message]? = self.intake.attend()
        body()
        self.tellReceivers()
        while let current = messages {
            for message in current { self.read(message) }
            self.sendWaiting()
            self.tellReceivers()
            self.intake.note(isQuiet: self.calls.areNoneInside)
            messages = self.intake.takeAllOrLeave()
        }
        self.context.metrics?.note(self.calls.load)
        self.watchDeadlines()
        if self.calls.areNoneInside { self.restIfUnwanted() }
        self.lookWhetherDrained()
    }

    private func read(_ message: Intake.Message) {
        switch message {
        case .begin(let exchange): self.enqueue(exchange)
        case .awaitAdmission(let exchange):
            self.calls.awaitAdmission(exchange)
            self.admitNext()
        case .admitNext: self.admitNext()
        case .tell(let message, let command, let id, let login): self.tell(message, command, id, login)
        case .unsubscribe(let id): self.endSubscriber(id)
        case .cancel(let id): self.calls.cancel(id)
        case .cancelConnect(let id): self.cancelConnecting(id)
        }
    }

    /// Admits as many calls as there is room for.
    private func admitNext() {
        while self.calls.admitNext({ self.enqueue($0) }) {}
    }

    private func enqueue(_ exchange: Exchange) {
        guard self.connector.phase != .closed else {
            return exchange.fail(self.closedError("the client is closed"))
        }
        self.calls.enqueue(exchange)
        self.wantConnection()
    }

    /// Sends as many waiting requests as the limits allow, in one write.
    private func sendWaiting() {
        guard let connection = self.connections.serving else { return }
        repeat {
            self.calls.send(on: connection)
            guard self.flush(connection) else { return }
        } while connection.unsentCount == 0 && self.calls.canStart
    }

    /// Sets the timer for the next deadline or delay.
    func watchDeadlines() {
        self.calls.watchDeadlines(and: self.observers.nextDeadline)
    }

    func deadlineReached() {
        self.turn {
            self.calls.expire(because: self.connections.serving == nil ? self.connector.lastError : nil)
            self.expireConnectWaiters()
        }
    }

    func handle(_ event: Settlements.Event) {
        // Answers come within a turn, in the midst of which no other must begin.
        if case .pauseIsOver = event {
            self.turn { self.calls.handle(event) }
        } else {
            self.calls.handle(event)
        }
    }
}
