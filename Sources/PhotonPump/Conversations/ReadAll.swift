internal import PhotonPumpWire

/// Reads one page of the log, in either direction.
struct ReadAll: Conversation {
    let direction: Direction
    var message: ReadAllEvents
    /// The page size of the reading that the page belongs to.
    var sizer = PageSizer()
    var staysHere = false

    private var reading: LogReading {
        LogReading(
            direction: self.direction,
            from: Position(commit: self.message.commitPosition, prepare: self.message.preparePosition),
            maxCount: self.message.maxCount
        )
    }

    var stream: String? { "$all" }
    var operation: String { self.reading.operation }

    var request: Request {
        var message = self.message
        message.maxCount = self.sizer.ask(message.maxCount)
        return switch self.direction {
        case .forward: Request(command: .readAllEventsForward, message: message)
        case .backward: Request(command: .readAllEventsBackward, message: message)
        }
    }

    var effect: Effect { .none }
    var replyCommand: Command {
        switch self.direction {
        case .forward: .readAllEventsForwardCompleted
        case .backward: .readAllEventsBackwardCompleted
        }
    }
    var needsMaster: Bool { self.message.requireMaster }

    func lostAnswer() { self.sizer.lost() }
    func answerWasTooLarge(bytes: Int) -> Bool { self.sizer.wasTooLarge(bytes: bytes) }

    func received(_ reply: ReadAllEventsCompleted, bytes: Int) -> Step<ReadAllEventsCompleted> {
        self.sizer.arrived(events: reply.events.count, bytes: bytes)
        return self.received(reply)
    }

    func received(_ reply: ReadAllEventsCompleted) -> Step<ReadAllEventsCompleted> {
        let next = Position(commit: reply.nextCommitPosition, prepare: reply.nextPreparePosition)
        return self.reading.step(
            reply.result, reply.error, count: reply.events.count, next: next, isLast: reply.events.isEmpty, reply)
    }
}
