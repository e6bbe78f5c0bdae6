internal import PhotonPumpTransport
internal import PhotonPumpWire
internal import Synchronization

/// A conversation and its waiting caller, with the types of both erased: the entries of the client's table.
protocol OpenExchange: Sendable {
    /// The correlation id, which the caller chose so that it can cancel by it.
    var id: GUID { get }
    var terms: CallTerms { get }
    /// How often the request has been sent.
    var attempts: Int { get }

    /// Whether the request can be sent again without taking effect twice.
    var isSafeToRepeat: Bool { get }

    /// Notes that the connection was lost before the answer came.
    ///
    /// - Returns: how often that has happened.
    func lostAnswer() -> Int

    /// Adds the request to what `channel` sends next.
    func send(on channel: PackageChannel)

    /// Handles the answer, and ends the caller's wait unless the request has to be sent again.
    func received(_ package: Package, from endpoint: String) -> Verdict

    /// Fails the call with `error`, to which it adds what was attempted.
    func fail(_ error: PhotonPumpError)

    /// Fails the call with `error`, which already says what was attempted.
    func refuse(_ error: PhotonPumpError)

    /// Fails the call with `CancellationError`.
    func cancel()
}

/// What becomes of an exchange after an answer.
enum Verdict {
    case over
    /// The node is not serving requests at the moment.
    case again
    /// Another node would serve it (nil if it is not known which); if that is impossible, fail with the error.
    case elsewhere(MasterInfo?, otherwise: PhotonPumpError)
}

/// The only place where the client knows a conversation's types.
final class Exchange<C: Conversation>: OpenExchange {
    typealias Completion = @Sendable (Result<C.Output, any Error>) -> Void

    let id: GUID
    let terms: CallTerms
    private let conversation: C
    private let completion: Completion
    private let sent = Atomic<Int>(0)
    private let losses = Atomic<Int>(0)

    /// - Parameter completion: runs exactly once, on the client's queue.
    init(_ conversation: C, id: GUID, terms: CallTerms, completion: @escaping Completion) {
        self.conversation = conversation
        self.id = id
        self.terms = terms
        self.completion = completion
    }

    var attempts: Int { self.sent.load(ordering: .relaxed) }

    var isSafeToRepeat: Bool { self.conversation.effect != .once || self.attempts == 0 }

    func lostAnswer() -> Int {
        self.conversation.lostAnswer()
        return self.losses.wrappingAdd(1, ordering: .relaxed).newValue
    }

    func send(on channel: PackageChannel) {
        self.sent.wrappingAdd(1, ordering: .relaxed)
        let request = self.conversation.request
        channel.send(request.message, request.command, self.id, login: self.terms.login)
    }

    func received(_ package: Package, from endpoint: String) -> Verdict {
        switch self.step(package) {
        case .finish(let output):
            self.completion(.success(output))
            return .over
        case .fail(var error):
            error.endpoint = endpoint
            self.end(error)
            return .over
        case .retry:
            return .again
        case .redirect(let master, var error):
            error.endpoint = endpoint
            return .elsewhere(master, otherwise: error)
        }
    }

    func fail(_ error: PhotonPumpError) {
        self.end(error.during(self.conversation.operation, stream: self.conversation.stream))
    }

    func refuse(_ error: PhotonPumpError) {
        self.end(error)
    }

    func cancel() {
        self.completion(.failure(CancellationError()))
    }

    private func end(_ error: PhotonPumpError) {
        var error = error
        error.attempts = self.attempts
        error.elapsed = ContinuousClock.now - self.terms.started
        error.mayHaveBeenApplied =
            self.conversation.effect != .none && error.attempts > 0 && error.code.leavesOutcomeOpen
        error.isSafeToRepeat = self.conversation.effect != .once
        self.completion(.failure(error))
    }

    private func step(_ package: Package) -> Step<C.Output> {
        let conversation = self.conversation
        guard package.command == conversation.replyCommand else {
            let (operation, stream) = (conversation.operation, conversation.stream)
            return CommonReplies.step(for: package, operation: operation, stream: stream)
        }
        do {
            return conversation.received(try C.Reply(decoding: package.payload))
        } catch {
            return .fail(.unreadable(error, operation: conversation.operation, stream: conversation.stream))
        }
    }
}
