internal import PhotonPumpWire

/// Reads the matching events of one page of the log, in either direction.
struct ReadAllFiltered: Conversation {
    let direction: Direction
    let message: FilteredReadAllEvents
    /// The page limit of the iteration that the page belongs to.
    var limit: PageLimit?

    private var reading: LogReading {
        LogReading(
            direction: self.direction,
            from: Position(commit: self.message.commitPosition, prepare: self.message.preparePosition)
        )
    }

    var stream: String? { "$all" }
    var operation: String { "\(self.reading.operation), filtered" }

    var request: Request {
        var message = self.message
        if let limit { message.maxCount = limit.reduce(message.maxCount) }
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

    func lostAnswer() { self.limit?.lost() }

    func received(_ reply: FilteredReadAllEventsCompleted) -> Step<AllPage> {
        self.limit?.answered()
        let page = AllPage(reply)
        return self.reading.step(reply.result, reply.error, next: page.next, isLast: page.isEnd, page)
    }
}
