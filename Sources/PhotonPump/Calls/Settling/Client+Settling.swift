internal import Foundation
internal import Logging
internal import PhotonPumpTransport
internal import PhotonPumpWire

/// Writes to one stream of which it is being found out whether they were made.
struct Settling {
    var machine: Settlement
    /// Why they are uncertain.
    var cause: PhotonPumpError
    /// The user who writes, and so searches.
    let login: Login?
    /// When the last of their calls ends.
    var deadline: ContinuousClock.Instant
    /// How many events the search reads at once.
    let sizer = PageSizer()
    /// Writes that were refused in a row because the stream was at another version.
    var conflicts = 0
    /// Writes of which it could not be found out whether they were made.
    var doubts = 0
}

extension Settlement {
    /// The outcome of a repetition, and the function that ends the original call in the same way.
    typealias Report = @Sendable (Outcome, _ resolve: @Sendable () -> Void) -> Void
}

/// Carries out what a ``Settlement`` decides, one for each stream that has uncertain writes. Meanwhile their calls are
/// held back in the table, and new writes to the stream behind them, so that all keep their order.
extension Client {
    /// How far the clocks of servers may be behind this one's: events that are older than the first sending of a write by
    /// more than this cannot be its events.
    static let clockTolerance: Duration = .seconds(300)

    /// Whether a write has to wait until earlier ones to its stream are settled.
    func mustWaitForSettlement(_ exchange: any OpenExchange) -> Bool {
        guard !self.settlings.isEmpty, let stream = exchange.changedStream, self.settlings[stream] != nil else {
            return false
        }
        // Others that were sent before are repetitions, of which some are part of the settlement.
        return exchange.attempts == 0 || exchange.uncertainWrite != nil
    }

    /// The server gave up waiting for the request to be done: it is sent again after a pause, or looked for first.
    func retry(_ exchange: any OpenExchange, after error: PhotonPumpError) {
        guard exchange.uncertainWrite != nil else { return self.retry(exchange) }
        self.table.hold(exchange.id)
        let pause = Backoff().delay(attempts: exchange.attempts, chance: .random(in: 0...1))
        self.settle([exchange.id], because: error, after: pause)
    }

    /// Finds out what became of writes that are held back in the table, and ends their calls.
    ///
    /// - Parameter pause: how long to wait before.
    func settle(_ ids: [GUID], because cause: PhotonPumpError, after pause: Duration = .zero) {
        var begun: [String] = []
        for id in ids {
            guard let exchange = self.table.heldEntry(id), let place = self.table.place(of: id),
                let write = exchange.uncertainWrite
            else { continue }
            if self.settlings[write.stream] == nil { begun.append(write.stream) }
            var settling =
                self.settlings[write.stream]
                ?? Settling(
                    machine: Settlement(limit: self.configuration.retries.searchLimit), cause: cause,
                    login: exchange.terms.login, deadline: exchange.terms.deadline)
            settling.cause = cause
            settling.deadline = max(settling.deadline, exchange.terms.deadline)
            settling.machine.add(
                Settlement.Write(
                    id: id, place: place, write: write, notBefore: Self.ticks(at: exchange.terms.started)))
            self.settlings[write.stream] = settling
        }
        for stream in begun { self.goOn(settling: stream, after: pause) }
    }

    /// An instant as servers store times, in units of 100 ns since 1970, less what their clocks may be behind.
    static func ticks(at instant: ContinuousClock.Instant) -> Int64 {
        let sinceNow = instant - .now - self.clockTolerance
        return Int64(Date.now.addingTimeInterval(sinceNow / .seconds(1)).timeIntervalSince1970 * 10_000_000)
    }

    private func goOn(settling stream: String, after pause: Duration) {
        guard pause > .zero else { return self.goOn(settling: stream) }
        self.executor.queue.asyncAfter(deadline: .now() + pause / .seconds(1)) { [weak self] in
            self?.assumeIsolated { client in client.turn { client.goOn(settling: stream) } }
        }
    }

    /// Does what can be done at once, and begins what takes time.
    private func goOn(settling stream: String) {
        while var settling = self.settlings.removeValue(forKey: stream) {
            let step = settling.machine.next()
            if case .end = step {
                self.report(stream, settling)
                break
            }
            defer { self.settlings[stream] = settling }
            switch step {
            case .end: break
            case .doubt(let id, let doubt):
                settling.machine.drop(id)
                settling.doubts += 1
                self.leave(id, in: doubt, settling.cause)
            case .send(let id, let expected):
                guard let exchange = self.table.heldEntry(id) else {
                    settling.machine.drop(id)
                    continue
                }
                return self.send(exchange, expecting: expected, in: stream)
            case .read(let place):
                guard settling.machine.writes.contains(where: { self.table.heldEntry($0) != nil }) else {
                    for id in settling.machine.writes { settling.machine.drop(id) }
                    continue
                }
                return self.read(stream, from: place, settling)
            }
        }
        self.table.release { $0.changedStream == stream }
    }

    private func report(_ stream: String, _ settling: Settling) {
        let (found, made) = settling.machine.count
        self.logger.info(
            "writes without an answer are settled",
            metadata: [
                LogKey.stream: "\(stream)", LogKey.found: "\(found)", LogKey.made: "\(made)",
                LogKey.doubtful: "\(settling.doubts)",
            ])
    }

    private func read(_ stream: String, from place: Int64, _ settling: Settling) {
        let search = SearchStream(stream, from: place, settling.sizer)
        let terms = CallTerms(until: settling.deadline, as: settling.login)
        let exchange = Exchange(search, id: self.ids.next(), terms: terms) { [weak self] result in
            self?.assumeIsolated { $0.searched(stream, result) }
        }
        self.post(.begin(exchange))
    }

    private func searched(_ stream: String, _ result: Result<SearchedPage, any Error>) {
        switch result {
        case .success(let page):
            self.settlings[stream]?.machine.received(page)
        case .failure(let error):
            let reason = error as? PhotonPumpError ?? PhotonPumpError(.serverError, "\(error)")
            self.settlings[stream]?.machine.searchFailed(reason)
        }
        self.goOn(settling: stream)
    }

    private func send(_ exchange: any OpenExchange, expecting expected: ExpectedVersion, in stream: String) {
        let repetition = exchange.repetition(self.ids.next(), expecting: expected) { [weak self] outcome, resolve in
            self?.assumeIsolated { client in
                if outcome != .conflict, client.table.takeHeld(exchange.id) != nil { resolve() }
                client.sent(exchange.id, outcome, in: stream)
            }
        }
        self.post(.begin(repetition))
    }

    private func sent(_ id: GUID, _ outcome: Settlement.Outcome, in stream: String) {
        guard var settling = self.settlings[stream] else { return }
        settling.machine.sent(id, outcome)
        settling.conflicts = outcome == .conflict ? settling.conflicts + 1 : 0
        self.settlings[stream] = settling
        // The first conflict is likely to be with a write that has just been made, and can be read already.
        let pause =
            settling.conflicts < 2
            ? .zero : Backoff().delay(attempts: settling.conflicts - 1, chance: .random(in: 0...1))
        self.goOn(settling: stream, after: pause)
    }

    private func leave(_ id: GUID, in doubt: Doubt, _ cause: PhotonPumpError) {
        // With the settlement over it is sent again as it is.
        if self.configuration.retries.doubtfulWrites == .repeat, doubt.allowsRepetition { return }
        guard let exchange = self.table.takeHeld(id) else { return }
        var error = PhotonPumpError(
            cause.code,
            "\(cause.message), and it could not be found out whether the write was made: \(doubt.description)",
            serverMessage: cause.serverMessage, underlying: doubt.cause ?? cause.underlying)
        error.endpoint = cause.endpoint
        exchange.leaveInDoubt(error)
    }
}
