internal import Logging
internal import PhotonPumpTransport
internal import PhotonPumpWire
internal import Synchronization

/// A conversation and its waiting caller, with the types of both erased: the entries of the client's table.
protocol OpenExchange: Sendable {
    /// The correlation id, which the caller chose so that it can cancel by it.
    var id: GUID { get }
    var terms: CallTerms { get }
    /// Those of its terms.
    var deadline: Environment.Instant { get }
    var startBy: Environment.Instant { get }
    /// How often the request has been sent.
    var attempts: Int { get }

    /// The call takes one of the places inside the client.
    func admit()

    /// Whether the request can be sent again without taking effect twice.
    var isSafeToRepeat: Bool { get }

    /// Notes that the connection was lost before the answer came.
    ///
    /// - Returns: how often that has happened.
    func lostAnswer() -> Int

    /// Notes that the answer takes so many bytes that it was not taken, or that its connection ended within it.
    ///
    /// - Returns: whether the request asks for less when it is sent again.
    func answerWasTooLarge(bytes: Int) -> Bool

    /// Why the request was not served yet.
    var refusal: PhotonPumpError? { get }

    /// Notes why the request is not served for now.
    func note(_ refusal: PhotonPumpError)

    /// Says something about the call, unless its user has given a logger to the call.
    func log(_ message: Logger.Message, because error: PhotonPumpError?, to logger: Logger)

    /// Adds the request to what the connection sends next.
    func send(on connection: Connection)

    /// Handles the answer, and ends the caller's wait unless the request has to be sent again.
    func received(_ package: Package, from endpoint: String) -> Verdict

    /// Whether `package` is an answer that no node but the master gives.
    func showsMaster(_ package: Package) -> Bool

    /// Fails the call with `error`, to which it adds what was attempted.
    func fail(_ error: PhotonPumpError)

    /// Fails the call with `error`, which already says what was attempted.
    func failAsIs(_ error: PhotonPumpError)

    /// Fails the call with `CancellationError`.
    func cancel()

    /// The stream that the request may change; nil if it changes none.
    var changedStream: String? { get }

    /// What to look for before the request is sent again; nil if it can be sent again as it is, or was never sent.
    var uncertainWrite: UncertainWrite? { get }

    /// The same write, as it is sent again once it has been looked for.
    ///
    /// - Parameters:
    ///   - id: the correlation id of the repetition.
    ///   - expected: what it expects of the stream.
    ///   - report: what came of it, with the function that ends this call in the same way; runs exactly once, on the
    ///     client's queue.
    func repetition(
        _ id: GUID, expecting expected: ExpectedVersion, _ report: @escaping Settlement.Report
    ) -> any OpenExchange

    /// Fails the call with `error`, because it cannot be found out whether its write was made.
    func leaveInDoubt(_ error: PhotonPumpError)
}

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

/// The only place where the client knows a conversation's types.
final class Exchange<C: Conversation>: OpenExchange {
    typealias Completion = @Sendable (Result<C.Output, any Error>) -> Void

    let id: GUID
    let terms: CallTerms
    let conversation: C
    let completion: Completion
    let history: ExchangeHistory
    /// nil if nobody collects spans.
    let trace: CallTrace?
    private let admitted = Atomic(false)
    /// When it began, if that is measured.
    private let began: Environment.Instant?
    /// At most one; most requests have none, and an error is large.
    private let refusals = Mutex<[PhotonPumpError]>([])

    /// - Parameters:
    ///   - history: what happened to the same request before.
    ///   - completion: runs exactly once, on the client's queue.
    init(
        _ conversation: C, id: GUID, terms: CallTerms, history: ExchangeHistory = ExchangeHistory(),
        trace: CallTrace? = nil, completion: @escaping Completion
    ) {
        self.conversation = conversation
        self.id = id
        self.terms = terms
        self.history = history
        self.trace = trace
        self.began = terms.metrics?.begin()
        self.completion = completion
    }

    /// Whether the call takes one of the places inside the client, which it leaves at its end.
    var isInside: Bool { self.admitted.load(ordering: .relaxed) }

    func admit() {
        self.admitted.store(true, ordering: .relaxed)
    }

    var deadline: Environment.Instant { self.terms.deadline }
    var startBy: Environment.Instant { self.terms.startBy }

    var attempts: Int { self.history.attempts }

    var isSafeToRepeat: Bool { self.repeatsSafely || self.attempts == 0 }

    private var repeatsSafely: Bool {
        switch self.conversation.effect {
        case .none, .repeatable: true
        case .once, .checked: false
        }
    }

    func lostAnswer() -> Int {
        self.conversation.lostAnswer()
        return self.history.lostAnswer()
    }

    func answerWasTooLarge(bytes: Int) -> Bool { self.conversation.answerWasTooLarge(bytes: bytes) }

    var refusal: PhotonPumpError? { self.refusals.withLock { $0.last } }

    func note(_ refusal: PhotonPumpError) {
        self.refusals.withLock { $0 = [refusal] }
    }

    func send(on connection: Connection) {
        self.history.sent()
        self.trace?.sent(self.attempts, to: connection.node.endpoint)
        let request = self.conversation.request
        self.terms.logger?.trace(
            "request",
            metadata: self.metadata([LogKey.command: "\(request.command)", LogKey.endpoint: "\(connection.peer)"]))
        connection.send(request.message, request.command, self.id, login: self.terms.login)
    }

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

    func received(_ package: Package, from endpoint: String) -> Verdict {
        self.terms.logger?.trace(
            "answer",
            metadata: self.metadata([
                LogKey.command: "\(package.command)", LogKey.size: "\(package.payload.count)",
                LogKey.endpoint: "\(endpoint)",
            ]))
        switch self.step(package) {
        case .finish(let output):
            self.complete(.success(output))
            return .over
        case .fail(var error):
            error.endpoint = endpoint
            self.end(error)
            return .over
        case .retry:
            self.history.refused()
            return .again
        case .unfinished(var error):
            error.endpoint = endpoint
            guard self.repeatsSafely else {
                self.end(error)
                return .over
            }
            self.history.unfinished(error)
            return .unfinished(error)
        case .redirect(let master, var error):
            error.endpoint = endpoint
            if self.conversation.staysHere {
                self.end(error)
                return .over
            }
            self.history.refused()
            return .elsewhere(master, otherwise: error)
        }
    }

    func showsMaster(_ package: Package) -> Bool {
        self.conversation.needsMaster && package.command == self.conversation.replyCommand
    }

    func fail(_ error: PhotonPumpError) {
        let reason = self.history.reason(of: error, isReordered: self.uncertainWrite?.events.count ?? 0 > 2)
        self.end(reason.during(self.conversation.operation, stream: self.conversation.stream))
    }

    func failAsIs(_ error: PhotonPumpError) {
        self.end(error)
    }

    func cancel() {
        if self.attempts > 0 { self.conversation.leftOpen() }
        self.complete(.failure(CancellationError()))
    }

    /// - Parameter isInDoubt: whether it could not be found out that the request may be repeated.
    func end(_ error: PhotonPumpError, isInDoubt: Bool = false) {
        var error = error
        error.operation = error.operation ?? self.conversation.operation
        error.attempts = self.attempts
        error.elapsed = self.terms.elapsed
        error.mayHaveBeenApplied =
            self.conversation.effect != .none && self.history.isOpen && error.code.leavesOutcomeOpen
        error.isSafeToRepeat = self.conversation.effect != .once && !isInDoubt
        if error.mayHaveBeenApplied { self.conversation.leftOpen() }
        self.complete(.failure(error))
    }

    /// Ends the caller's wait.
    func complete(_ result: Result<C.Output, any Error>) {
        if let metrics = self.terms.metrics, let began {
            metrics.ended(self.conversation.request.command, result, begun: began)
        }
        self.trace?.ended(result)
        self.completion(result)
    }

    private func step(_ package: Package) -> Step<C.Output> {
        let conversation = self.conversation
        guard package.command == conversation.replyCommand else {
            let (operation, stream) = (conversation.operation, conversation.stream)
            return CommonReplies.step(for: package, operation: operation, stream: stream)
        }
        do {
            return conversation.received(try C.Reply(decoding: package.payload), bytes: package.payload.count)
        } catch {
            return .fail(.unreadable(error, operation: conversation.operation, stream: conversation.stream))
        }
    }
}
