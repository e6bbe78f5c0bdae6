internal import PhotonPumpWire

/// Reads one page of a stream, in either direction.
struct ReadStream: Conversation {
    let direction: Direction
    var message: ReadStreamEvents
    /// The page size of the reading that the page belongs to.
    var sizer = PageSizer()
    /// Whether a stream that does not exist is no error. The answer has the number of its last event even then, if it
    /// was deleted and its numbers go on.
    var findsNothing = false
    var staysHere = false

    var stream: String? { self.message.stream }
    var operation: String {
        let way = self.direction == .forward ? "forwards" : "backwards"
        let place = self.message.from < 0 ? "the end" : String(self.message.from)
        return "read '\(self.message.stream)' \(way) from \(place)"
    }

    var request: Request {
        var message = self.message
        message.maxCount = self.sizer.ask(message.maxCount)
        return switch self.direction {
        case .forward: Request(command: .readStreamEventsForward, message: message)
        case .backward: Request(command: .readStreamEventsBackward, message: message)
        }
    }

    var effect: Effect { .none }
    var replyCommand: Command {
        switch self.direction {
        case .forward: .readStreamEventsForwardCompleted
        case .backward: .readStreamEventsBackwardCompleted
        }
    }
    var needsMaster: Bool { self.message.requireMaster }

    func lostAnswer() { self.sizer.lost() }
    func answerWasTooLarge(bytes: Int) -> Bool { self.sizer.wasTooLarge(bytes: bytes) }

    func received(_ reply: ReadStreamEventsCompleted, bytes: Int) -> Step<ReadStreamEventsCompleted> {
        self.sizer.arrived(events: reply.events.count, bytes: bytes)
        return self.received(reply)
    }

    func received(_ reply: ReadStreamEventsCompleted) -> Step<ReadStreamEventsCompleted> {
        guard reply.events.count <= Int(self.message.maxCount) else {
            let count = reply.events.count
            return self.fail(
                .unexpectedReply, "the server sent \(count) events instead of at most \(self.message.maxCount)",
                reply)
        }
        switch reply.result {
        case .success:
            return self.isProgress(reply)
                ? .finish(Self.knowingItsEvents(reply))
                : self.fail(
                    .unexpectedReply,
                    "the server says to continue from \(reply.nextEventNumber), which leads no further", reply)
        case .noStream where self.findsNothing:
            return .finish(reply)
        case .noStream:
            return self.fail(.streamNotFound, "there is no such stream", reply)
        case .streamDeleted:
            return self.fail(.streamDeleted, "the stream is deleted", reply)
        case .accessDenied:
            return self.fail(.accessDenied, "access denied", reply)
        case .error, .notModified:
            return self.fail(.serverError, "the server reported an error", reply)
        default:
            let result = reply.result.rawValue
            return .fail(.unknownResult(result, operation: self.operation, stream: self.stream, message: reply.error))
        }
    }

    /// Whether the next page lies beyond this one, so that reading comes to an end.
    private func isProgress(_ reply: ReadStreamEventsCompleted) -> Bool {
        if reply.isEndOfStream { return true }
        return switch self.direction {
        case .forward: reply.nextEventNumber > self.message.from
        case .backward:
            reply.nextEventNumber >= 0 && (self.message.from < 0 || reply.nextEventNumber < self.message.from)
        }
    }

    /// Servers look the stream's last number up before they read the page, which may hold events that were written in
    /// between: seen on a 4.1.4.
    private static func knowingItsEvents(_ reply: ReadStreamEventsCompleted) -> ReadStreamEventsCompleted {
        var reply = reply
        for record in [reply.events.first, reply.events.last] {
            guard let number = (record?.link ?? record?.event)?.number else { continue }
            reply.lastEventNumber = max(reply.lastEventNumber, number)
        }
        return reply
    }

    private func fail(
        _ code: PhotonPumpError.Code, _ problem: String, _ reply: ReadStreamEventsCompleted
    ) -> Step<ReadStreamEventsCompleted> {
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
