internal import PhotonPumpWire

/// The result of one read of the log, filtered by the server, by the client or not at all.
struct AllPage: Sendable {
    var events: [PositionedRecord]
    var from: Position
    var next: Position
    /// Whether there was nothing more to look at. If the server does not filter, only an empty page tells.
    var isEnd: Bool

    init(_ reply: some LogReply) {
        self.events = reply.events
        self.from = Position(commit: reply.commitPosition, prepare: reply.preparePosition)
        self.next = Position(commit: reply.nextCommitPosition, prepare: reply.nextPreparePosition)
        self.isEnd = reply.isEnd
    }

    /// Leaves out all but the first `count` events, 1 or more, such that reading goes on behind them.
    mutating func cut(to count: Int, _ direction: Direction) {
        guard self.events.count > count else { return }
        // Forward, an event at the position is included; backward, it is not.
        let edge = self.events[direction == .forward ? count : count - 1]
        self.next = Position(commit: edge.commitPosition, prepare: edge.preparePosition)
        self.events.removeLast(self.events.count - count)
        self.isEnd = false
    }

    /// Appends the page that follows this one.
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
