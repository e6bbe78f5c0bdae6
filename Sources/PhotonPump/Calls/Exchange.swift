internal import Logging
internal import PhotonPumpTransport
internal import PhotonPumpWire
internal import Synchronization

/// What becomes of an exchange after an answer.
enum Verdict {
    case over
    /// The node is not serving requests at the moment.
    case again
    /// The server gave up waiting; what was requested may have been done, or be done yet.
    case unfinished(PhotonPumpError)
    /// Another node would serve it (nil if it is not known which); if that is impossible, fail with the error.
    case elsewhere(MasterInfo?, otherwise: PhotonPumpError)
}

/// A conversation and its waiting caller: the entries of the client's table.
///
/// It is no generic class: what such a class does is compiled once, for whatever types there may be, which are looked up
/// while it runs. What depends on the types of a conversation is in a closure that is made where they are known.
final class Exchange: Sendable {
    /// What ends an exchange, or may.
    private enum Arrival {
        case answer(Package)
        /// Of another exchange with a conversation of the same type.
        case output(any Sendable)
        case failure(any Error)
    }

    /// The correlation id, which the caller chose so that it can cancel by it.
    let id: GUID
    let terms: CallTerms
    let conversation: any Conversation
    let history: ExchangeHistory
    /// nil if nobody collects spans.
    let trace: CallTrace?
    /// Looks what has arrived means, and tells the caller if that is the end.
    private let settle: @Sendable (Arrival, Exchange) -> Step<Void>
    private let admitted = Atomic(false)
    /// When it began, if that is measured.
    private let began: Environment.Instant?
    /// At most one; most requests have none, and an error is large.
    private let refusals = Mutex<[PhotonPumpError]>([])

    /// - Parameters:
    ///   - history: what happened to the same request before.
    ///   - completion: runs exactly once, on the client's queue.
    init<C: Conversation>(
        _ conversation: C, id: GUID, terms: CallTerms, history: ExchangeHistory = ExchangeHistory(),
        trace: CallTrace? = nil, completion: @escaping @Sendable (Result<C.Output, any Error>) -> Void
    ) {
        self.conversation = conversation
        self.id = id
        self.terms = terms
        self.history = history
        self.trace = trace
        self.began = terms.metrics?.begin()
        self.settle = { arrival, exchange in
            let result: Result<C.Output, any Error>
            switch arrival {
            case .answer(let package):
                let step = conversation.step(for: package)
                guard case .finish(let output) = step else { return step.withoutOutput }
                result = .success(output)
            case .output(let output):
                guard let output = output as? C.Output else { preconditionFailure("a repetition of something else") }
                result = .success(output)
            case .failure(let error):
                result = .failure(error)
            }
            if let metrics = exchange.terms.metrics, let began = exchange.began {
                metrics.ended(conversation.request.command, result, begun: began)
            }
            exchange.trace?.ended(result)
            completion(result)
            return .finish(())
        }
    }

    /// Whether the call takes one of the places inside the client, which it leaves at its end.
    var isInside: Bool { self.admitted.load(ordering: .relaxed) }

    /// The call takes one of the places inside the client.
    func admit() {
        self.admitted.store(true, ordering: .relaxed)
    }

    /// Those of its terms.
    var deadline: Environment.Instant { self.terms.deadline }
    var startBy: Environment.Instant { self.terms.startBy }

    /// How often the request has been sent.
    var attempts: Int { self.history.attempts }

    /// Whether the request can be sent again without taking effect twice.
    var isSafeToRepeat: Bool { self.repeatsSafely || self.attempts == 0 }

    private var repeatsSafely: Bool {
        switch self.conversation.effect {
        case .none, .repeatable: true
        case .once, .checked: false
        }
    }

    /// Notes that the connection was lost before the answer came.
    ///
    /// - Returns: how often that has happened.
    func lostAnswer() -> Int {
        self.conversation.lostAnswer()
        return self.history.lostAnswer()
    }

    /// Notes that the answer takes so many bytes that it was not taken, or that its connection ended within it.
    ///
    /// - Returns: whether the request asks for less when it is sent again.
    func answerWasTooLarge(bytes: Int) -> Bool { self.conversation.answerWasTooLarge(bytes: bytes) }

    /// Why the request was not served yet.
    var refusal: PhotonPumpError? { self.refusals.withLock { $0.last } }

    /// Notes why the request is not served for now.
    func note(_ refusal: PhotonPumpError) {
        self.refusals.withLock { $0 = [refusal] }
    }

    /// Adds the request to what the connection sends next.
    func send(on connection: Connection) {
        self.history.sent()
        self.trace?.sent(self.attempts, to: connection.node.endpoint)
        let request = self.conversation.request
        self.terms.logger?.trace(
            "request",
            metadata: self.metadata([LogKey.command: "\(request.command)", LogKey.endpoint: "\(connection.peer)"]))
        connection.send(request.message, request.command, self.id, login: self.terms.login)
    }

    /// Says something about the call, unless its user has given a logger to the call.
    func log(_ message: Logger.Message, because error: PhotonPumpError?, to logger: Logger) {
        self.trace?.note("\(message)", because: error)
        (self.terms.logger ?? logger).debug(
            message, metadata: self.metadata(error.map { [LogKey.error: "\($0)"] } ?? [:]))
    }

    private func metadata(_ others: Logger.Metadata) -> Logger.Metadata {
        var metadata = others
        metadata[LogKey.operation] = "\(self.conversation.operation)"
        metadata[LogKey.correlation] = "\(self.id)"
        metadata[LogKey.attempt] = "\(self.attempts)"
        if let stream = self.conversation.stream { metadata[LogKey.stream] = "\(stream)" }
        return metadata
    }

    /// Handles the answer, and ends the caller's wait unless the request has to be sent again.
    ///
    /// - Parameter login: the user of the connection.
    func received(_ package: Package, from endpoint: String, as login: Login? = nil) -> Verdict {
        self.terms.logger?.trace(
            "answer",
            metadata: self.metadata([
                LogKey.command: "\(package.command)", LogKey.size: "\(package.payload.count)",
                LogKey.endpoint: "\(endpoint)",
            ]))
        switch self.settle(.answer(package), self) {
        case .finish:
            return .over
        case .fail(var error):
            self.complete(&error, endpoint, login)
            self.end(error)
            return .over
        case .retry:
            self.history.refused()
            return .again
        case .unfinished(var error):
            self.complete(&error, endpoint, login)
            guard self.repeatsSafely else {
                self.end(error)
                return .over
            }
            self.history.unfinished(error)
            return .unfinished(error)
        case .redirect(let master, var error):
            self.complete(&error, endpoint, login)
            if self.conversation.staysHere {
                self.end(error)
                return .over
            }
            self.history.refused()
            return .elsewhere(master, otherwise: error)
        }
    }

    private func complete(_ error: inout PhotonPumpError, _ endpoint: String, _ login: Login?) {
        error.endpoint = endpoint
        error.hide(self.terms.login)
        error.hide(login)
    }

    /// Whether `package` is an answer that no node but the master gives.
    func showsMaster(_ package: Package) -> Bool {
        self.conversation.needsMaster && package.command == self.conversation.replyCommand
    }

    /// Fails the call with `error`, to which it adds what was attempted.
    func fail(_ error: PhotonPumpError) {
        let reason = self.history.reason(of: error, isReordered: self.uncertainWrite?.events.count ?? 0 > 2)
        self.end(reason.during(self.conversation.operation, stream: self.conversation.stream))
    }

    /// Fails the call with `error`, which already says what was attempted.
    func failAsIs(_ error: PhotonPumpError) {
        self.end(error)
    }

    /// Fails the call with `CancellationError`.
    func cancel() {
        if self.attempts > 0 { self.conversation.leftOpen() }
        self.complete(CancellationError())
    }

    /// - Parameter isInDoubt: whether it could not be found out that the request may be repeated.
    func end(_ error: PhotonPumpError, isInDoubt: Bool = false) {
        var error = error
        error.operation = error.operation ?? self.conversation.operation
        error.attempts = self.attempts
        error.elapsed = self.terms.elapsed
        error.mayHaveBeenApplied = self.conversation.effect != .none && self.isOpen(after: error.code)
        error.isSafeToRepeat = self.conversation.effect != .once && !isInDoubt
        if error.mayHaveBeenApplied { self.conversation.leftOpen() }
        self.complete(error)
    }

    private func isOpen(after code: PhotonPumpError.Code) -> Bool {
        if code.leavesOutcomeOpen { return self.history.isOpen }
        // A server that has made a write recognises the repetition, so a conflict means that it has not. A refusal means
        // nothing of the kind: it comes before the server looks.
        if code == .wrongExpectedVersion, self.uncertainWrite == nil { return false }
        return self.history.isLeftOpen
    }

    /// Ends the caller's wait.
    private func complete(_ error: any Error) {
        _ = self.settle(.failure(error), self)
    }

    /// Ends the caller's wait as that for the same call has ended, which was made in the place of this one.
    func complete<Output: Sendable>(as other: Result<Output, any Error>) {
        switch other {
        case .success(let output): _ = self.settle(.output(output), self)
        case .failure(let error): self.complete(error)
        }
    }
}

extension Conversation {
    /// What to do about a package that has come in answer to the request.
    fileprivate func step(for package: Package) -> Step<Output> {
        guard package.command == self.replyCommand else {
            return CommonReplies.step(for: package, operation: self.operation, stream: self.stream)
        }
        do {
            return self.received(try Reply(decoding: package.payload), bytes: package.payload.count)
        } catch {
            return .fail(.unreadable(error, operation: self.operation, stream: self.stream))
        }
    }
}

extension Step {
    /// The same for somebody who does not need to know.
    fileprivate var withoutOutput: Step<Void> {
        switch self {
        case .finish: .finish(())
        case .fail(let error): .fail(error)
        case .retry: .retry
        case .unfinished(let error): .unfinished(error)
        case .redirect(let master, let error): .redirect(master, otherwise: error)
        }
    }
}
