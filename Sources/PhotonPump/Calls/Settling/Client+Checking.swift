internal import PhotonPumpTransport
internal import PhotonPumpWire

/// What is to be done about a request whose answer was lost.
enum Finding<C: Conversation> {
    /// It was done.
    case done(C.Output)
    /// It was not: ask for this.
    case again(C)
    case unknown(Doubt)
}

/// Requests that must not be sent again before it is known what became of them.
extension Client {
    /// Performs a conversation whose effect is ``Effect/checked``.
    ///
    /// - Parameter find: finds out what became of it when its answer is lost, or when it is asked for again and meets a
    ///   conflict.
    nonisolated func perform<C: Conversation>(
        _ conversation: C, _ terms: CallTerms, find: () async throws -> Finding<C>
    ) async throws -> C.Output {
        let retries = self.configuration.retries
        var conversation = conversation
        var lost: PhotonPumpError?
        var losses = 0
        // Whether it was sent again although it may have been done.
        var isRepeatedInDoubt = false
        while true {
            let conflict: PhotonPumpError?
            do {
                return try await self.perform(conversation, terms)
            } catch let error as PhotonPumpError {
                let withEarlier = error.after(lost)
                conflict = error.code == .wrongExpectedVersion ? withEarlier : nil
                if error.isLoss {
                    losses += error.code == .connectionLost ? 1 : 0
                    guard retries.afterNoAnswer, losses <= retries.maximum ?? .max else { throw withEarlier }
                    lost = withEarlier
                    if error.code == .serverTimeout { try await self.backOff(withEarlier, terms) }
                } else if lost == nil || conflict == nil {
                    throw withEarlier
                }
            }
            guard let lost else { continue }
            let finding: Finding<C>
            do {
                finding = try await find()
            } catch let error as PhotonPumpError where error.code != .wrongExpectedVersion {
                finding = .unknown(.unreadable(error))
            }
            switch finding {
            case .done(let output): return output
            case .again(let other): conversation = other
            case .unknown(let doubt):
                // There would be no other answer the next time.
                if isRepeatedInDoubt, let conflict { throw conflict.inDoubt(doubt, conversation.operation) }
                guard retries.doubtfulWrites == .repeat, doubt.allowsRepetition, terms.remaining > .zero else {
                    throw lost.inDoubt(doubt, conversation.operation)
                }
                isRepeatedInDoubt = true
            }
        }
    }

    /// The number of a stream's first event that can be read; -1 for a stream that does not exist.
    nonisolated func firstNumber(of stream: String, _ terms: CallTerms) async throws -> Int64 {
        let message = ReadStreamEvents(
            stream: stream, from: 0, maxCount: 1, resolveLinks: false, requireMaster: true)
        do {
            let page = try await self.perform(ReadStream(direction: .forward, message: message), terms)
            return page.events.first?.event?.number ?? page.nextEventNumber
        } catch let error as PhotonPumpError where error.code == .streamNotFound {
            return -1
        }
    }

    /// Waits before asking again a server that gave up waiting.
    private nonisolated func backOff(_ error: PhotonPumpError, _ terms: CallTerms) async throws {
        let pause = self.context.backoff(attempts: error.attempts)
        guard pause < terms.remaining else { throw error }
        try await self.environment.sleep(for: pause)
    }
}

extension PhotonPumpError {
    /// Whether a request may have been carried out, and its answer will not come.
    fileprivate var isLoss: Bool {
        self.mayHaveBeenApplied && [.connectionLost, .serverTimeout].contains(self.code)
    }

    /// This error of a repetition, which does not undo what the first request may have done. Where that was not found, it
    /// can still be under way on a server that gave up waiting.
    fileprivate func after(_ lost: PhotonPumpError?) -> PhotonPumpError {
        guard let lost else { return self }
        var error = self
        error.attempts += lost.attempts
        error.mayHaveBeenApplied = self.mayHaveBeenApplied || self.code != .wrongExpectedVersion
        return error
    }

    /// This error of a request of which it cannot be found out whether it was carried out.
    fileprivate func inDoubt(_ doubt: Doubt, _ operation: String) -> PhotonPumpError {
        var error = PhotonPumpError(
            self.code, "\(self.message), and it could not be found out whether it was done: \(doubt.description)",
            stream: self.stream, conflict: self.conflict, serverMessage: self.serverMessage,
            underlying: doubt.cause ?? self.underlying)
        (error.operation, error.endpoint) = (self.operation, self.endpoint)
        (error.attempts, error.elapsed) = (self.attempts, self.elapsed)
        error.mayHaveBeenApplied = true
        error.isSafeToRepeat = false
        return error
    }
}
