internal import PhotonPumpWire

/// Reads one page of a stream, in either direction.
struct ReadStream: PagedRead {
    let direction: Direction
    var message: ReadStreamEvents
    var sizer = PageSizer()
    /// Whether a stream that does not exist is no error. The answer has the number of its last event even then, if it
    /// was deleted and its numbers go on.
    var findsNothing = false
    var staysHere = false

    var stream: String? { self.message.stream }
    var operation: String {
        let place = self.message.from < 0 ? "the end" : String(self.message.from)
        return "read '\(self.message.stream)' \(self.way) from \(place)"
    }

    var needsMaster: Bool { self.message.requireMaster }

    func received(_ reply: ReadStreamEventsCompleted) -> Step<ReadStreamEventsCompleted> {
        switch reply.result {
        case .success:
            guard self.isProgress(reply) else { return .fail(self.leadsNowhere(reply.nextEventNumber, reply)) }
            if let error = self.misplaced(reply) { return .fail(error) }
            return .finish(Self.knowingItsEvents(reply))
        case .noStream where self.findsNothing:
            return .finish(reply)
        case .noStream:
            return .fail(self.error(.streamNotFound, "there is no such stream", words: reply.error))
        case .streamDeleted:
            return .fail(self.error(.streamDeleted, "the stream is deleted", words: reply.error))
        case .accessDenied:
            return .fail(self.error(.accessDenied, "access denied", words: reply.error))
        case .error, .notModified:
            return .fail(self.error(.serverError, "the server reported an error", words: reply.error))
        default:
            return .fail(self.unknownResult(reply.result.rawValue, words: reply.error))
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

    /// The error of a page with events that were not asked for, or are not in order: others rely on it, and would repeat or
    /// leave out what is not.
    private func misplaced(_ reply: ReadStreamEventsCompleted) -> PhotonPumpError? {
        let first = reply.events.first.flatMap { $0.link ?? $0.event }
        if let name = first?.stream.text, name != self.message.stream {
            return self.error(.unexpectedReply, "the server sent events of '\(name)'", words: reply.error)
        }
        let isForward = self.direction == .forward
        var next = isForward || self.message.from >= 0 ? self.message.from : .max
        for record in reply.events {
            guard let number = record.link?.number ?? record.event?.number else { continue }
            guard Arguments.eventNumbers.contains(number), isForward ? number >= next : number <= next else {
                let problem =
                    "the server sent event \(number) where \(next) or one \(isForward ? "after" : "before") it is due"
                return self.error(.unexpectedReply, problem, eventNumber: number, words: reply.error)
            }
            next = isForward ? number + 1 : number - 1
        }
        return nil
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
}

extension ReadStreamEvents: PageRequest {
    typealias Reply = ReadStreamEventsCompleted

    static func commands(_ direction: Direction) -> (request: Command, reply: Command) {
        switch direction {
        case .forward: (.readStreamEventsForward, .readStreamEventsForwardCompleted)
        case .backward: (.readStreamEventsBackward, .readStreamEventsBackwardCompleted)
        }
    }
}

extension ReadStreamEventsCompleted: PageReply {}
