internal import PhotonPumpWire

/// Reads one page of the log, in either direction: complete, or the events that fit the message's filter.
struct ReadLog<Message: LogRequest>: PagedRead {
    let direction: Direction
    var message: Message
    var sizer = PageSizer()
    var staysHere = false

    private var from: Position { Position(commit: self.message.commitPosition, prepare: self.message.preparePosition) }

    var stream: String? { "$all" }
    var operation: String {
        let place = self.from == .end ? "the end" : self.from.description
        return "read $all \(self.way) from \(place)\(Message.isFiltered ? ", filtered" : "")"
    }
    var needsMaster: Bool { !Message.isFiltered && self.message.requireMaster }

    func received(_ reply: Message.Reply) -> Step<AllPage> {
        switch reply.result {
        case nil, .success?:
            let page = AllPage(reply)
            return page.isEnd || self.isProgress(page.next) ? .finish(page) : .fail(self.leadsNowhere(page.next, reply))
        case .accessDenied?:
            return .fail(self.error(.accessDenied, "access denied", words: reply.error))
        case .error?, .notModified?:
            return .fail(self.error(.serverError, "the server reported an error", words: reply.error))
        case let result?:
            return .fail(self.unknownResult(result.rawValue, words: reply.error))
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
}

typealias ReadAll = ReadLog<ReadAllEvents>
typealias ReadAllFiltered = ReadLog<FilteredReadAllEvents>

/// Asks for a page of the log.
protocol LogRequest: PageRequest where Reply: LogReply {
    static var isFiltered: Bool { get }

    var commitPosition: Int64 { get }
    var preparePosition: Int64 { get }
    var requireMaster: Bool { get }
}

/// A page of the log.
protocol LogReply: PageReply where Record == PositionedRecord {
    var commitPosition: Int64 { get }
    var preparePosition: Int64 { get }
    var nextCommitPosition: Int64 { get }
    var nextPreparePosition: Int64 { get }
    var result: ReadAllEventsCompleted.Result? { get }
    /// Whether there was nothing more to look at.
    var isEnd: Bool { get }
}

extension ReadAllEvents: LogRequest {
    typealias Reply = ReadAllEventsCompleted

    static var isFiltered: Bool { false }

    static func commands(_ direction: Direction) -> (request: Command, reply: Command) {
        switch direction {
        case .forward: (.readAllEventsForward, .readAllEventsForwardCompleted)
        case .backward: (.readAllEventsBackward, .readAllEventsBackwardCompleted)
        }
    }
}

extension ReadAllEventsCompleted: LogReply {
    /// Only an empty page tells.
    var isEnd: Bool { self.events.isEmpty }
}

extension FilteredReadAllEvents: LogRequest {
    typealias Reply = FilteredReadAllEventsCompleted

    static var isFiltered: Bool { true }

    static func commands(_ direction: Direction) -> (request: Command, reply: Command) {
        switch direction {
        case .forward: (.filteredReadAllEventsForward, .filteredReadAllEventsForwardCompleted)
        case .backward: (.filteredReadAllEventsBackward, .filteredReadAllEventsBackwardCompleted)
        }
    }
}

extension FilteredReadAllEventsCompleted: LogReply {
    var isEnd: Bool { self.isEndOfStream }
}
