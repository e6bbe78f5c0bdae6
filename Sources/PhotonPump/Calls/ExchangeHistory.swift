internal import Synchronization

/// What has happened to a request so far.
final class ExchangeHistory: Sendable {
    private struct State {
        var attempts = 0
        var losses = 0
        /// Whether the server has said that it has not done what it was sent last.
        var isRefused = false
        /// What the server answered when it gave up waiting.
        var unfinished: PhotonPumpError?

        /// Whether a sending has had no answer, or none that says what came of it. That is not over when it is looked for
        /// and not found: what timed out on a server can still be done.
        var isLeftOpen: Bool { self.losses > 0 || self.unfinished != nil }
    }

    private let state = Mutex(State())

    /// How often the request has been sent.
    var attempts: Int { self.state.withLock { $0.attempts } }

    /// Whether the server may have done what was requested, as long as there is no other answer.
    var isOpen: Bool {
        self.state.withLock { $0.attempts > 0 && (!$0.isRefused || $0.isLeftOpen) }
    }

    /// Whether a server may have done what was requested, whatever another one, or the same one later, says of a repetition.
    var isLeftOpen: Bool { self.state.withLock { $0.isLeftOpen } }

    func sent() {
        self.state.withLock { state in
            state.attempts += 1
            state.isRefused = false
        }
    }

    /// The server does not serve the request at the moment, or another node would.
    func refused() { self.state.withLock { $0.isRefused = true } }

    /// The connection was lost before the answer came.
    ///
    /// - Returns: how often that has happened.
    func lostAnswer() -> Int {
        self.state.withLock { state in
            state.losses += 1
            return state.losses
        }
    }

    func unfinished(_ answer: PhotonPumpError) { self.state.withLock { $0.unfinished = answer } }

    /// The error of a call whose time is up, with what is known of the reason: `error` itself for another one.
    ///
    /// - Parameter isReordered: whether the events may be known to the server in another order, so that it gives no answer.
    func reason(of error: PhotonPumpError, isReordered: Bool) -> PhotonPumpError {
        guard error.code == .timedOut else { return error }
        let state = self.state.withLock { $0 }
        if let answer = state.unfinished {
            var reason = PhotonPumpError(
                answer.code,
                "\(error.message), except that the server could not complete the write in time; it may have been made",
                serverMessage: answer.serverMessage, underlying: error.underlying)
            reason.endpoint = answer.endpoint
            return reason
        }
        guard isReordered, state.attempts == 1, state.losses == 0, error.underlying == nil else { return error }
        return PhotonPumpError(
            error.code, "\(error.message); servers do not answer if they already have these events in another order")
    }
}
