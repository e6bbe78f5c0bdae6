internal import PhotonPumpWire

extension Exchange {
    /// The stream that the request may change; nil if it changes none.
    var changedStream: String? { self.conversation.effect == .none ? nil : self.conversation.stream }

    /// What to look for before the request is sent again; nil if it can be sent again as it is, or was never sent.
    var uncertainWrite: UncertainWrite? { self.attempts == 0 ? nil : self.conversation.uncertainWrite }

    /// The same write, as it is sent again once it has been looked for.
    ///
    /// - Parameters:
    ///   - id: the correlation id of the repetition.
    ///   - expected: what it expects of the stream.
    ///   - report: what came of it, with the function that ends this call in the same way; runs exactly once, on the
    ///     client's queue.
    func repetition(
        _ id: GUID, expecting expected: ExpectedVersion, _ report: @escaping Settlement.Report
    ) -> Exchange {
        self.repetition(of: self.conversation, id, expecting: expected, report)
    }

    private func repetition<C: Conversation>(
        of conversation: C, _ id: GUID, expecting expected: ExpectedVersion, _ report: @escaping Settlement.Report
    ) -> Exchange {
        let conversation = conversation.expecting(expected)
        // The write counts once.
        var terms = self.terms
        terms.metrics = nil
        return Exchange(conversation, id: id, terms: terms, history: self.history, trace: self.trace?.part) { result in
            let outcome: Settlement.Outcome =
                switch result {
                case .success: .written
                case .failure(let error as PhotonPumpError) where error.code == .wrongExpectedVersion: .conflict
                case .failure: .failed
                }
            report(outcome) { self.complete(as: result) }
        }
    }

    /// Fails the call with `error`, because it cannot be found out whether its write was made.
    func leaveInDoubt(_ error: PhotonPumpError) {
        self.end(error.during(self.conversation.operation, stream: self.conversation.stream), isInDoubt: true)
    }
}
