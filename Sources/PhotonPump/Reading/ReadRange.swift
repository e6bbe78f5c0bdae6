internal import PhotonPumpWire

/// Which part of a stream to read, in which order and in pages of what size.
struct ReadRange: Sendable {
    let stream: String
    let direction: Direction
    let pageSize: Int32
    /// The number to begin at; nil where there can be nothing to read.
    let cursor: Int64?

    /// - Throws: ``PhotonPumpError/Code/invalidArgument``.
    init(stream: String, direction: Direction, from position: StreamPosition?, pageSize: Int) throws(PhotonPumpError) {
        try Arguments.check(stream: stream)
        try Arguments.check(count: pageSize, stream: stream)
        self.stream = stream
        self.direction = direction
        self.pageSize = Int32(pageSize)
        switch (position ?? (direction == .forward ? .start : .end), direction) {
        case (.start, _): self.cursor = 0
        case (.end, .forward): self.cursor = nil
        case (.end, .backward): self.cursor = ReadOneEvent.last
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
            self.cursor = number
        }
    }

    func conversation(at cursor: Int64, _ options: ReadOptions) -> ReadStream {
        ReadStream(
            direction: self.direction,
            message: ReadStreamEvents(
                stream: self.stream,
                from: cursor,
                maxCount: self.pageSize,
                resolveLinks: options.resolveLinks,
                requireMaster: options.requireMaster
            )
        )
    }
}

/// How to read.
struct ReadOptions: Sendable {
    let resolveLinks: Bool
    let call: CallOptions

    var requireMaster: Bool { self.call.requireMaster ?? false }
}
