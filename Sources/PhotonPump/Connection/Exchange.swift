internal import PhotonPumpTransport
internal import PhotonPumpWire
internal import Synchronization

/// A conversation and the caller that waits for it, with the types of both erased: what the client's table holds.
protocol OpenExchange: Sendable {
    /// The correlation id, which the caller made so that it can cancel by it.
    var id: GUID { get }
    var terms: CallTerms { get }
    /// How often the request was sent.
    var attempts: Int { get }

    /// Whether sending the request again does nothing twice.
    var isSafeToRepeat: Bool { get }

    /// Takes note that the connection was lost before the answer came.
    ///
    /// - Returns: how often that has happened.
    func lostAnswer() -> Int

    /// Collects the request on `channel`.
    func send(on channel: PackageChannel)

    /// Takes the answer, and ends the caller's wait unless the request is to be sent again.
    func received(_ package: Package, from endpoint: String) -> Verdict

    /// Ends the caller's wait with `error`, completed by what was tried.
    func fail(_ error: PhotonPumpError)

    /// Ends the caller's wait with `error`, which says already what was tried.
    func refuse(_ error: PhotonPumpError)

    /// Ends the caller's wait with `CancellationError`.
    func cancel()
}

/// What becomes of an exchange after an answer.
enum Verdict {
    case over
    /// The node does not serve requests just now.
    case again
    /// Another node would serve it (nil when it is not known which); it is to fail with the error when that cannot be.
    case elsewhere(MasterInfo?, otherwise: PhotonPumpError)
}

/// The only place where a conversation's types are known to the client.
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
