internal import PhotonPumpWire

/// A server's possible answers to a write other than success, classified once for all kinds of writes.
extension Conversation {
    /// - Parameters:
    ///   - expected: what was expected of the stream; nil if nothing could be.
    ///   - words: the server's own.
    ///   - current: the number of the stream's last event, if the server reports it.
    func failure(
        _ result: OperationResult, expecting expected: ExpectedVersion?, words: String?, current: Int64? = nil
    ) -> Step<Output> {
        switch result {
        case .wrongExpectedVersion: .fail(self.conflict(expected, current, words))
        case .streamDeleted: .fail(self.error(.streamDeleted, "the stream is deleted", words: words))
        case .accessDenied: .fail(self.error(.accessDenied, "access denied", words: words))
        case .prepareTimeout, .commitTimeout, .forwardTimeout:
            .unfinished(self.error(.serverTimeout, "the server could not complete the write in time", words: words))
        case .invalidTransaction:
            .fail(self.error(.serverError, "the server rejected the transaction as invalid", words: words))
        default: .fail(self.unknownResult(result.rawValue, words: words))
        }
    }

    private func conflict(_ expected: ExpectedVersion?, _ current: Int64?, _ words: String?) -> PhotonPumpError {
        guard let expected else {
            let problem = "the stream is not at the version that the transaction expects"
            return self.error(.wrongExpectedVersion, problem, words: words)
        }
        let actual = current.map { $0 < 0 ? "no events" : "version \($0)" } ?? "another version"
        let problem =
            switch expected {
            case .streamExists where current ?? -1 >= 0, .any:
                // Servers check nothing else then.
                "the server already has the first of these events, but not all of them: repeat a write as it was"
            case .noStream, .version, .streamExists: "expected \(expected.words), but the stream has \(actual)"
            }
        return self.error(
            .wrongExpectedVersion, problem, conflict: VersionConflict(expected: expected, actual: current))
    }
}

extension Position {
    /// The position of a write; nil if the server recognised a write that it had made before, for which it reports -1
    /// in both fields. Newer servers leave out a 0.
    init?(ofWrite commit: Int64?, _ prepare: Int64?) {
        let (commit, prepare) = (commit ?? 0, prepare ?? 0)
        guard commit >= 0, prepare >= 0 else { return nil }
        self.init(commit: commit, prepare: prepare)
    }
}
