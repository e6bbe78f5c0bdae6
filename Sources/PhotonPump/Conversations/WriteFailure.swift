internal import PhotonPumpWire

/// A server's possible answers to a write other than success, classified once for all kinds of writes.
struct WriteFailure {
    let operation: String
    let stream: String?
    /// What was expected of the stream; nil if nothing could be.
    let expected: ExpectedVersion?

    /// - Parameters:
    ///   - message: the server's own words.
    ///   - current: the number of the stream's last event, if the server reports it.
    func step<Output>(_ result: OperationResult, message: String?, current: Int64?) -> Step<Output> {
        let error = self.error(result, message: message, current: current)
        return error.code == .serverTimeout ? .unfinished(error) : .fail(error)
    }

    private func error(_ result: OperationResult, message: String?, current: Int64?) -> PhotonPumpError {
        switch result {
        case .wrongExpectedVersion: self.conflict(current, message)
        case .streamDeleted: self.error(.streamDeleted, "the stream is deleted", message)
        case .accessDenied: self.error(.accessDenied, "access denied", message)
        case .prepareTimeout, .commitTimeout, .forwardTimeout:
            self.error(.serverTimeout, "the server could not complete the write in time", message)
        case .invalidTransaction: self.error(.serverError, "the server rejected the transaction as invalid", message)
        default:
            .unknownResult(result.rawValue, operation: self.operation, stream: self.stream, message: message)
        }
    }

    private func conflict(_ current: Int64?, _ message: String?) -> PhotonPumpError {
        guard let expected else {
            return self.error(
                .wrongExpectedVersion, "the stream is not at the version that the transaction expects", message)
        }
        let conflict = VersionConflict(expected: expected, actual: current)
        let actual = current.map { $0 < 0 ? "no events" : "version \($0)" } ?? "another version"
        let problem =
            switch expected {
            case .streamExists where current ?? -1 >= 0, .any:
                // Servers check nothing else then.
                "the server already has the first of these events, but not all of them: repeat a write as it was"
            case .noStream, .version, .streamExists: "expected \(expected.words), but the stream has \(actual)"
            }
        return PhotonPumpError(
            .wrongExpectedVersion,
            "\(self.operation): \(problem)",
            stream: self.stream,
            conflict: conflict
        )
    }

    private func error(_ code: PhotonPumpError.Code, _ problem: String, _ message: String?) -> PhotonPumpError {
        PhotonPumpError(code, "\(self.operation): \(problem)", stream: self.stream, serverMessage: message)
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
