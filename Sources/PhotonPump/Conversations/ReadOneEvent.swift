internal import PhotonPumpWire

/// Reads one event of a stream.
struct ReadOneEvent: Conversation {
    /// The number that stands for a stream's last event.
    static let last: Int64 = -1

    let message: ReadEvent

    var stream: String? { self.message.stream }
    var operation: String {
        let number = self.message.eventNumber
        return "read \(number == Self.last ? "the last event" : "event \(number)") of '\(self.message.stream)'"
    }

    var request: Request { Request(command: .readEvent, message: self.message) }
    var effect: Effect { .none }
    var replyCommand: Command { .readEventCompleted }
    var needsMaster: Bool { self.message.requireMaster }

    func received(_ reply: ReadEventCompleted) -> Step<ResolvedEvent> {
        switch reply.result {
        case .success:
            guard let event = ResolvedEvent(reply.event) else {
                // For the last metadata of a stream that has none, servers report success without an event.
                return self.fail(.eventNotFound, "there is none", reply)
            }
            let received = event.received
            guard received.stream == self.message.stream,
                [Self.last, received.number].contains(self.message.eventNumber)
            else {
                let problem = "the server sent event \(received.number) of '\(received.stream)'"
                return self.fail(.unexpectedReply, problem, reply)
            }
            return .finish(event)
        case .notFound:
            return self.fail(.eventNotFound, "the stream has no such event", reply)
        case .noStream:
            return self.fail(.streamNotFound, "there is no such stream", reply)
        case .streamDeleted:
            return self.fail(.streamDeleted, "the stream is deleted", reply)
        case .accessDenied:
            return self.fail(.accessDenied, "access denied", reply)
        case .error:
            return self.fail(.serverError, "the server reported an error", reply)
        default:
            return .fail(self.unknownResult(reply.result.rawValue, words: reply.error))
        }
    }

    private func fail(
        _ code: PhotonPumpError.Code, _ problem: String, _ reply: ReadEventCompleted
    ) -> Step<ResolvedEvent> {
        let number = self.message.eventNumber
        return .fail(
            self.error(code, problem, eventNumber: number == Self.last ? nil : number, words: reply.error))
    }
}
