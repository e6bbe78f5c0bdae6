internal import PhotonPumpWire

/// What one read of the log came to, filtered by the server, by the client or not at all.
struct AllPage: Sendable {
    var events: [PositionedRecord]
    var from: Position
    var next: Position
    /// Whether there was nothing more to look at. Without the server's filter it is known only of an empty page.
    var isEnd: Bool

    init(_ reply: ReadAllEventsCompleted) {
        self.events = reply.events
        self.from = Position(commit: reply.commitPosition, prepare: reply.preparePosition)
        self.next = Position(commit: reply.nextCommitPosition, prepare: reply.nextPreparePosition)
        self.isEnd = reply.events.isEmpty
    }

    init(_ reply: FilteredReadAllEventsCompleted) {
        self.events = reply.events
        self.from = Position(commit: reply.commitPosition, prepare: reply.preparePosition)
        self.next = Position(commit: reply.nextCommitPosition, prepare: reply.nextPreparePosition)
        self.isEnd = reply.isEndOfStream
    }

    /// Adds the page behind this one.
    mutating func append(_ page: AllPage) {
        self.events += page.events
        self.next = page.next
        self.isEnd = page.isEnd
    }
}

extension AllSlice {
    init(_ page: AllPage, _ direction: Direction) {
        self.init(
            direction: direction,
            events: page.events.compactMap(ResolvedEvent.init),
            from: page.from,
            next: page.next,
            isEnd: page.isEnd
        )
    }
}
