internal import PhotonPumpWire

/// What all reads of the log have in common: their name, and what their results mean.
struct LogReading {
    let direction: Direction
    let from: Position
    let maxCount: Int32

    /// For error messages.
    var operation: String {
        let way = self.direction == .forward ? "forwards" : "backwards"
        return "read $all \(way) from \(self.from == .end ? "the end" : self.from.description)"
    }

    /// - Parameters:
    ///   - count: how many events came.
    ///   - isLast: whether no further page is expected.
    func step<Output>(
        _ result: ReadAllEventsCompleted.Result?, _ message: String?, count: Int, next: Position, isLast: Bool,
        _ output: Output
    ) -> Step<Output> {
        guard count <= Int(self.maxCount) else {
            return self.fail(
                .unexpectedReply, "the server sent \(count) events instead of at most \(self.maxCount)", message)
        }
        switch result {
        case nil, .success?:
            return isLast || self.isProgress(next)
                ? .finish(output)
                : self.fail(
                    .unexpectedReply, "the server says to continue from \(next), which leads no further", message)
        case .accessDenied?:
            return self.fail(.accessDenied, "access denied", message)
        case .error?, .notModified?:
            return self.fail(.serverError, "the server reported an error", message)
        case let result?:
            return .fail(
                .unknownResult(result.rawValue, operation: self.operation, stream: "$all", message: message))
        }
    }

    /// Whether the next page lies beyond this one, so that reading comes to an end.
    private func isProgress(_ next: Position) -> Bool {
        guard next.commit >= 0, next.prepare >= 0 else { return false }
        return switch self.direction {
        case .forward: next > self.from
        case .backward: self.from == .end || next < self.from
        }
    }

    private func fail<Output>(
        _ code: PhotonPumpError.Code, _ problem: String, _ message: String?
    ) -> Step<Output> {
        .fail(PhotonPumpError(code, "\(self.operation): \(problem)", stream: "$all", serverMessage: message))
    }
}
