internal import PhotonPumpWire

/// Reads one page of the log, in either direction.
struct ReadAll: Conversation {
    let direction: Direction
    let message: ReadAllEvents

    private var from: Position {
        Position(commit: self.message.commitPosition, prepare: self.message.preparePosition)
    }

    var stream: String? { "$all" }
    var operation: String {
        let way = self.direction == .forward ? "forwards" : "backwards"
        return "read $all \(way) from \(self.from == .end ? "the end" : self.from.description)"
    }

    var request: Request {
        switch self.direction {
        case .forward: Request(command: .readAllEventsForward, message: self.message)
        case .backward: Request(command: .readAllEventsBackward, message: self.message)
        }
    }

    var effect: Effect { .none }
    var replyCommand: Command {
        switch self.direction {
        case .forward: .readAllEventsForwardCompleted
        case .backward: .readAllEventsBackwardCompleted
        }
    }

    func received(_ reply: ReadAllEventsCompleted) -> Step<ReadAllEventsCompleted> {
        switch reply.result {
        case nil, .success?:
            return self.isProgress(reply)
                ? .finish(reply)
                : self.fail(.unexpectedReply, "the server says to go on where it began", reply)
        case .accessDenied?:
            return self.fail(.accessDenied, "access denied", reply)
        case .error?, .notModified?:
            return self.fail(.serverError, "the server failed", reply)
        case let result?:
            return .fail(
                .unknownResult(
                    result.rawValue, operation: self.operation, stream: self.stream, message: reply.error)
            )
        }
    }

    /// Whether the next page lies further on than this one, so that reading on comes to an end.
    private func isProgress(_ reply: ReadAllEventsCompleted) -> Bool {
        if reply.events.isEmpty { return true }
        let next = Position(commit: reply.nextCommitPosition, prepare: reply.nextPreparePosition)
        guard next.commit >= 0, next.prepare >= 0 else { return false }
        return switch self.direction {
        case .forward: next > self.from
        case .backward: self.from == .end || next < self.from
        }
    }

    private func fail(
        _ code: PhotonPumpError.Code, _ problem: String, _ reply: ReadAllEventsCompleted
    ) -> Step<ReadAllEventsCompleted> {
        .fail(
            PhotonPumpError(
                code,
                "\(self.operation): \(problem)",
                stream: self.stream,
                serverMessage: reply.error
            )
        )
    }
}
