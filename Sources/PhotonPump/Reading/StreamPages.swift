internal import PhotonPumpWire

/// The pages of a stream, or of a part of it.
struct StreamPages: PageSource {
    private let stream: String
    private let direction: Direction
    private let pageSize: Int32
    let start: Int64?
    let options: ReadOptions

    /// - Throws: ``PhotonPumpError/Code/invalidArgument`` for what can never be read.
    init(
        _ stream: String,
        _ direction: Direction,
        from position: StreamPosition?,
        pageSize: Int,
        _ options: ReadOptions
    ) throws(PhotonPumpError) {
        try Arguments.check(stream: stream)
        try Arguments.check(count: pageSize, stream: stream)
        self.stream = stream
        self.direction = direction
        self.pageSize = Int32(pageSize)
        self.options = options
        switch (position ?? (direction == .forward ? .start : .end), direction) {
        case (.start, _): self.start = 0
        case (.end, .forward): self.start = nil
        case (.end, .backward): self.start = ReadOneEvent.last
        case (.number(let number), _):
            // Servers add the count to the number, which must not overflow.
            guard (0...Int64.max - Int64(Arguments.maximumPage)).contains(number) else {
                throw PhotonPumpError(
                    .invalidArgument,
                    "'\(stream)' cannot be read from event \(number)",
                    stream: stream,
                    eventNumber: number
                )
            }
            self.start = number
        }
    }

    func reading(at cursor: Int64) -> ReadStream {
        ReadStream(
            direction: self.direction,
            message: ReadStreamEvents(
                stream: self.stream,
                from: cursor,
                maxCount: self.pageSize,
                resolveLinks: self.options.resolveLinks,
                requireMaster: self.options.requireMaster
            )
        )
    }

    func page(_ reply: ReadStreamEventsCompleted) -> Page<ResolvedRecord, Int64> {
        let isEnd = reply.isEndOfStream || reply.nextEventNumber < 0
        return Page(elements: reply.events, next: isEnd ? nil : reply.nextEventNumber)
    }
}
