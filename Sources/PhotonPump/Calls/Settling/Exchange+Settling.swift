internal import PhotonPumpWire

extension Exchange {
    var changedStream: String? { self.conversation.effect == .none ? nil : self.conversation.stream }

    var uncertainWrite: UncertainWrite? { self.attempts == 0 ? nil : self.conversation.uncertainWrite }

    func repetition(
        _ id: GUID, expecting expected: ExpectedVersion, _ report: @escaping Settlement.Report
    ) -> any OpenExchange {
        // The write counts once.
        var terms = self.terms
        terms.metrics = nil
        return Exchange(
            self.conversation.expecting(expected), id: id, terms: terms, history: self.history, trace: self.trace?.part
        ) { result in
            let outcome: Settlement.Outcome =
                switch result {
                case .success: .written
                case .failure(let error as PhotonPumpError) where error.code == .wrongExpectedVersion: .conflict
                case .failure: .failed
                }
            report(outcome) { self.complete(result) }
        }
    }

    func leaveInDoubt(_ error: PhotonPumpError) {
        self.end(error.during(self.conversation.operation, stream: self.conversation.stream), isInDoubt: true)
    }
}
