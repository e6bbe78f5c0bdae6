internal import Logging
internal import PhotonPumpSystem
internal import PhotonPumpTransport
internal import PhotonPumpWire

/// Carries out what a ``Settlement`` decides, one for each stream that has uncertain writes. Meanwhile their calls are
/// held back, and new writes to the stream behind them, so that all keep their order. Used on the client's queue only.
final class Settlements {
    /// What a settlement has waited for.
    enum Event: Sendable {
        case pauseIsOver(String)
        case searched(String, Result<SearchedPage, any Error>)
        /// A write was sent again; the function ends its call in the same way.
        case repeated(GUID, Settlement.Outcome, in: String, resolve: @Sendable () -> Void)
    }

    /// Writes to one stream of which it is being found out whether they were made.
    private struct Case {
        var machine: Settlement
        /// Why they are uncertain.
        var cause: PhotonPumpError
        /// The user who writes, and so searches.
        let login: Login?
        /// When the last of their calls ends.
        var deadline: Environment.Instant
        /// How many events the search reads at once.
        let sizer = PageSizer()
        /// Writes that were refused in a row because the stream was at another version.
        var conflicts = 0
        /// Writes of which it could not be found out whether they were made.
        var doubts = 0
        /// Fires when the pause before the next step is over.
        var timer: QueueTimer?
    }

    private let context: ClientContext
    private let ask: @Sendable (Exchange) -> Void
    private let report: @Sendable (Event) -> Void
    private var cases: [String: Case] = [:]

    /// - Parameters:
    ///   - ask: begins an exchange.
    ///   - report: called on the client's queue; ``handle(_:in:)`` is due then.
    init(
        _ context: ClientContext, ask: @escaping @Sendable (Exchange) -> Void,
        report: @escaping @Sendable (Event) -> Void
    ) {
        self.context = context
        self.ask = ask
        self.report = report
    }

    /// Whether a write has to wait until earlier ones to its stream are settled.
    func mustWait(_ exchange: Exchange) -> Bool {
        guard !self.cases.isEmpty, let stream = exchange.changedStream, self.cases[stream] != nil else { return false }
        // Others that were sent before are repetitions, of which some are part of the settlement.
        return exchange.attempts == 0 || exchange.uncertainWrite != nil
    }

    /// Finds out what became of writes that are held back, and ends their calls.
    ///
    /// - Parameter pause: how long to wait before.
    func begin(_ ids: [GUID], because cause: PhotonPumpError, after pause: Duration = .zero, in calls: Calls) {
        var begun: [String] = []
        for id in ids {
            guard let exchange = calls.held(id), let place = calls.place(of: id),
                let write = exchange.uncertainWrite
            else { continue }
            if self.cases[write.stream] == nil { begun.append(write.stream) }
            var open = self.cases[write.stream] ?? self.newCase(for: exchange, cause)
            open.cause = cause
            open.deadline = max(open.deadline, exchange.terms.deadline)
            let notBefore = self.context.environment.ticks(at: exchange.terms.started)
            open.machine.add(Settlement.Write(id: id, place: place, write: write, notBefore: notBefore))
            self.cases[write.stream] = open
        }
        for stream in begun { self.goOn(stream, after: pause, calls) }
    }

    private func newCase(for exchange: Exchange, _ cause: PhotonPumpError) -> Case {
        Case(
            machine: Settlement(limit: self.context.configuration.retries.searchLimit), cause: cause,
            login: exchange.terms.login, deadline: exchange.terms.deadline)
    }

    /// What was waited for has happened.
    func handle(_ event: Event, in calls: Calls) {
        switch event {
        case .pauseIsOver(let stream): self.goOn(stream, calls)
        case .searched(let stream, .success(let page)):
            self.cases[stream]?.machine.received(page)
            self.goOn(stream, calls)
        case .searched(let stream, .failure(let error)):
            let reason = error as? PhotonPumpError ?? PhotonPumpError(.serverError, "\(error)")
            self.cases[stream]?.machine.searchFailed(reason)
            self.goOn(stream, calls)
        case .repeated(let id, let outcome, let stream, let resolve):
            if outcome != .conflict, calls.takeHeld(id) != nil { resolve() }
            self.repeated(id, outcome, in: stream, calls)
        }
    }

    private func goOn(_ stream: String, after pause: Duration, _ calls: Calls) {
        guard pause > .zero else { return self.goOn(stream, calls) }
        let timer = self.context.timer(at: self.context.environment.now + pause) { [report] in
            report(.pauseIsOver(stream))
        }
        self.cases[stream]?.timer = timer
    }

    /// Does what can be done at once, and begins what takes time.
    private func goOn(_ stream: String, _ calls: Calls) {
        while var open = self.cases.removeValue(forKey: stream) {
            let step = open.machine.next()
            if case .end = step {
                self.log(stream, open)
                break
            }
            defer { self.cases[stream] = open }
            switch step {
            case .end: break
            case .doubt(let id, let doubt):
                open.machine.drop(id)
                open.doubts += 1
                self.leave(id, in: doubt, open.cause, calls)
            case .send(let id, let expected):
                guard let exchange = calls.held(id) else {
                    open.machine.drop(id)
                    continue
                }
                return self.send(exchange, expecting: expected, in: stream)
            case .read(let place):
                guard open.machine.writes.contains(where: { calls.held($0) != nil }) else {
                    for id in open.machine.writes { open.machine.drop(id) }
                    continue
                }
                return self.read(stream, from: place, open)
            }
        }
        calls.release(stream)
    }

    private func log(_ stream: String, _ settled: Case) {
        let (found, made) = settled.machine.count
        self.context.logger.info(
            "unanswered writes settled",
            metadata: [
                LogKey.stream: "\(stream)", LogKey.found: "\(found)", LogKey.made: "\(made)",
                LogKey.doubtful: "\(settled.doubts)",
            ])
    }

    private func read(_ stream: String, from place: Int64, _ open: Case) {
        let environment = self.context.environment
        let terms = CallTerms(until: open.deadline, as: open.login, environment, self.context.metrics)
        let search = SearchStream(stream, from: place, open.sizer)
        self.ask(
            Exchange(search, id: environment.newID(), terms: terms) { [report] in
                report(.searched(stream, $0))
            })
    }

    private func send(_ exchange: Exchange, expecting expected: ExpectedVersion, in stream: String) {
        let id = exchange.id
        self.ask(
            exchange.repetition(self.context.environment.newID(), expecting: expected) { [report] outcome, resolve in
                report(.repeated(id, outcome, in: stream, resolve: resolve))
            })
    }

    private func repeated(
        _ id: GUID, _ outcome: Settlement.Outcome, in stream: String, _ calls: Calls
    ) {
        guard var open = self.cases[stream] else { return }
        open.machine.sent(id, outcome)
        open.conflicts = outcome == .conflict ? open.conflicts + 1 : 0
        self.cases[stream] = open
        // The first conflict is likely to be with a write that has just been made, and can be read already.
        let pause = open.conflicts < 2 ? .zero : self.context.backoff(attempts: open.conflicts - 1)
        self.goOn(stream, after: pause, calls)
    }

    private func leave(_ id: GUID, in doubt: Doubt, _ cause: PhotonPumpError, _ calls: Calls) {
        // With the settlement over it is sent again as it is.
        if self.context.configuration.retries.doubtfulWrites == .repeat, doubt.allowsRepetition { return }
        guard let exchange = calls.takeHeld(id) else { return }
        var error = PhotonPumpError(
            cause.code,
            "\(cause.message), and it could not be found out whether the write was made: \(doubt.description)",
            serverMessage: cause.serverMessage, underlying: doubt.cause ?? cause.underlying)
        error.endpoint = cause.endpoint
        exchange.leaveInDoubt(error)
    }
}

extension Environment {
    /// How far the clocks of servers may be behind this one's: events that are older than the first sending of a write by
    /// more than this cannot be its events.
    static let clockTolerance: Duration = .seconds(300)

    /// An instant as servers store times, in units of 100 ns since 1970, less what their clocks may be behind.
    func ticks(at instant: Instant) -> Int64 {
        let time = self.sinceEpoch + (instant - self.now) - Self.clockTolerance
        return Int64(time / .nanoseconds(100))
    }
}

extension Settlement {
    /// The outcome of a repetition, and the function that ends the original call in the same way.
    typealias Report = @Sendable (Outcome, _ resolve: @escaping @Sendable () -> Void) -> Void
}
