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
            guard page.isEnd || self.isProgress(page.next) else { return .fail(self.leadsNowhere(page.next, reply)) }
            if let error = self.misplaced(reply) { return .fail(error) }
            return .finish(page)
        case .accessDenied?:
            return .fail(self.error(.accessDenied, "access denied", words: reply.error))
        case .error?, .notModified?:
            return .fail(self.error(.serverError, "the server reported an error", words: reply.error))
        case let result?:
            return .fail(self.unknownResult(result.rawValue, words: reply.error))
        }
    }

    /// The error of a page with events that were not asked for, or are not in order: others rely on it, and would repeat or
    /// leave out what is not.
    private func misplaced(_ reply: Message.Reply) -> PhotonPumpError? {
        // Forward, an event at the position is included; backward, it is not.
        var last: Position? = self.direction == .forward || self.from == .end ? nil : self.from
        let first = self.direction == .forward ? self.from : .start
        for record in reply.events {
            let position = Position(commit: record.commitPosition, prepare: record.preparePosition)
            let isInOrder = last.map { self.direction == .forward ? position > $0 : position < $0 } ?? true
            guard isInOrder, position >= first else {
                let place = "\(self.direction == .forward ? "after" : "before") \(last ?? first)"
                let problem = "the server sent the event at \(position) where one \(place) is due"
                return self.error(.unexpectedReply, problem, words: reply.error)
            }
            last = position
        }
        return nil
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
