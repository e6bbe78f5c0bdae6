internal import PhotonPumpWire

extension EmbeddedServer.Fault.Refusal {
    var answer: Answer {
        switch self.kind {
        case .notHandled(let reason): return .message(reason, .notHandled)
        case .notAuthenticated(let text): return .text(text, .notAuthenticated)
        case .badRequest(let text, let forConnection):
            var answer = Answer.text(text, .badRequest)
            answer.note = "a fault of the server's: \(text)"
            answer.isLast = forConnection
            return answer
        }
    }

    /// Whether the answer has the request's id.
    var hasID: Bool {
        if case .badRequest(_, forConnection: true) = self.kind { false } else { true }
    }
}

extension EmbeddedServer.Fault.WritePhase {
    private var outcome: (result: OperationResult, message: String) {
        switch self {
        case .prepare: (.prepareTimeout, "Prepare phase timeout.")
        case .commit: (.commitTimeout, "Commit phase timeout.")
        case .forward: (.forwardTimeout, "Forwarding timeout")
        }
    }

    /// The answer to a write that timed out; nil if the package is not a write.
    func answer(to package: Package) -> Answer? {
        let (result, message) = self.outcome
        return .failedWrite(package.command, package.payload, result, message)
    }
}
