internal import PhotonPumpWire

/// Reads the matching events of one page of the log, in either direction.
struct ReadAllFiltered: Conversation {
    let direction: Direction
    let message: FilteredReadAllEvents
    /// The page size of the reading that the page belongs to.
    var sizer = PageSizer()

    private var reading: LogReading {
        LogReading(
            direction: self.direction,
            from: Position(commit: self.message.commitPosition, prepare: self.message.preparePosition),
            maxCount: self.message.maxCount
        )
    }

    var stream: String? { "$all" }
    var operation: String { "\(self.reading.operation), filtered" }

    var request: Request {
        var message = self.message
        message.maxCount = self.sizer.ask(message.maxCount)
        return switch self.direction {
        case .forward: Request(command: .filteredReadAllEventsForward, message: message)
        case .backward: Request(command: .filteredReadAllEventsBackward, message: message)
        }
    }

    var effect: Effect { .none }
    var replyCommand: Command {
        switch self.direction {
        case .forward: .filteredReadAllEventsForwardCompleted
        case .backward: .filteredReadAllEventsBackwardCompleted
        }
    }

    func lostAnswer() { self.sizer.lost() }
    func answerWasTooLarge(bytes: Int) -> Bool { self.sizer.wasTooLarge(bytes: bytes) }

    func received(_ reply: FilteredReadAllEventsCompleted, bytes: Int) -> Step<AllPage> {
        self.sizer.arrived(events: reply.events.count, bytes: bytes)
        return self.received(reply)
    }

    func received(_ reply: FilteredReadAllEventsCompleted) -> Step<AllPage> {
        let page = AllPage(reply)
        return self.reading.step(
            reply.result, reply.error, count: reply.events.count, next: page.next, isLast: page.isEnd, page)
    }
}
