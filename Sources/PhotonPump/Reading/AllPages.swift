internal import PhotonPumpWire

/// The pages of the log.
struct AllPages: PageSource {
    private let direction: Direction
    private let pageSize: Int32
    let start: Position?
    let options: ReadOptions

    /// - Throws: ``PhotonPumpError/Code/invalidArgument`` for what can never be read.
    init(
        _ direction: Direction,
        from position: Position?,
        pageSize: Int,
        _ options: ReadOptions
    ) throws(PhotonPumpError) {
        try Arguments.check(count: pageSize, stream: "$all")
        let start = position ?? (direction == .forward ? .start : .end)
        guard start == .end || (start.commit >= 0 && start.prepare >= 0) else {
            throw PhotonPumpError(.invalidArgument, "$all cannot be read from position \(start)", stream: "$all")
        }
        self.direction = direction
        self.pageSize = Int32(pageSize)
        self.start = start
        self.options = options
    }

    func reading(at cursor: Position) -> ReadAll {
        ReadAll(
            direction: self.direction,
            message: ReadAllEvents(
                commitPosition: cursor.commit,
                preparePosition: cursor.prepare,
                maxCount: self.pageSize,
                resolveLinks: self.options.resolveLinks,
                requireMaster: self.options.requireMaster
            )
        )
    }

    /// An empty page is the end of the log, and nothing else is.
    func page(_ reply: ReadAllEventsCompleted) -> Page<PositionedRecord, Position> {
        let next = Position(commit: reply.nextCommitPosition, prepare: reply.nextPreparePosition)
        return Page(elements: reply.events, next: reply.events.isEmpty ? nil : next)
    }
}
