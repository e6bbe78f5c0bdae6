internal import PhotonPumpWire

/// A part of a stream as the master has it, read backward and without following links.
struct SearchedPage: Sendable {
    struct Event: Sendable, Hashable {
        let id: GUID
        let number: Int64
        /// When the server wrote it, in units of 100 ns since 1970.
        let created: Int64
    }

    /// From the newest on.
    var events: [Event] = []
    /// The number of the stream's last event, even if that can no longer be read; -1 for a stream that never was.
    var lastNumber: Int64
    /// Where to go on; nil at the first event that can be read.
    var next: Int64?
    /// Whether the stream does not exist, or was deleted such that it can be written to again.
    var isAbsent = false
}

/// Reads a page of a stream from the master, for what its events' ids and its end say.
struct SearchStream: Conversation {
    private let message: ReadStreamEvents
    private let sizer: PageSizer

    /// - Parameters:
    ///   - place: the number of the newest event to return; -1 for the last one.
    ///   - count: the most events to return.
    ///   - sizer: that of the search.
    init(_ stream: String, from place: Int64, atMost count: Int = 500, _ sizer: PageSizer = PageSizer()) {
        self.message = ReadStreamEvents(
            stream: stream, from: place, maxCount: Int32(clamping: count), resolveLinks: false, requireMaster: true)
        self.sizer = sizer
    }

    var stream: String? { self.message.stream }
    var operation: String { "look for events in '\(self.message.stream)'" }
    var request: Request {
        var message = self.message
        message.maxCount = self.sizer.ask(message.maxCount)
        return Request(command: .readStreamEventsBackward, message: message)
    }
    var effect: Effect { .none }
    var replyCommand: Command { .readStreamEventsBackwardCompleted }
    var needsMaster: Bool { self.message.requireMaster }

    func lostAnswer() { self.sizer.lost() }
    func answerWasTooLarge(bytes: Int) -> Bool { self.sizer.wasTooLarge(bytes: bytes) }

    func received(_ reply: ReadStreamEventsCompleted, bytes: Int) -> Step<SearchedPage> {
        self.sizer.arrived(events: reply.events.count, bytes: bytes)
        return self.received(reply)
    }

    func received(_ reply: ReadStreamEventsCompleted) -> Step<SearchedPage> {
        var page = SearchedPage(lastNumber: reply.lastEventNumber)
        switch reply.result {
        case .success, .noStream:
            // What is found is counted on from.
            let last = reply.lastEventNumber == -1 ? [] : [reply.lastEventNumber]
            let numbers = last + reply.events.compactMap(\.event?.number)
            if let number = numbers.first(where: { !Arguments.eventNumbers.contains($0) }) {
                return self.fail(.unexpectedReply, "the server names event \(number), which there cannot be", reply)
            }
        default: break
        }
        switch reply.result {
        case .success:
            for record in reply.events.compactMap(\.event) {
                page.events.append(.init(id: record.id, number: record.number, created: record.createdTicks))
            }
            let isEnd = reply.isEndOfStream || reply.nextEventNumber < 0
            guard isEnd || self.message.from < 0 || reply.nextEventNumber < self.message.from else {
                return self.fail(
                    .unexpectedReply,
                    "the server says to continue from \(reply.nextEventNumber), which leads no further", reply)
            }
            page.next = isEnd ? nil : reply.nextEventNumber
            return .finish(page)
        case .noStream:
            page.isAbsent = true
            return .finish(page)
        case .streamDeleted: return self.fail(.streamDeleted, "the stream is deleted", reply)
        case .accessDenied: return self.fail(.accessDenied, "access denied", reply)
        default: return self.fail(.serverError, "the server reported an error", reply)
        }
    }

    private func fail(
        _ code: PhotonPumpError.Code, _ problem: String, _ reply: ReadStreamEventsCompleted
    ) -> Step<SearchedPage> {
        .fail(
            PhotonPumpError(code, problem, during: self.operation, stream: self.stream, serverMessage: reply.error))
    }
}
