internal import PhotonPumpWire

/// The pages of a stream, or of a part of it.
struct StreamPages: PageSource {
    let stream: String
    let direction: Direction
    private let pageSize: Int
    private let sizer: PageSizer
    let start: Int64?
    let options: ReadOptions

    /// - Parameter targetBytes: the bytes that a page should take at most; nil for what suits servers.
    /// - Throws: ``PhotonPumpError/Code/invalidArgument`` for invalid arguments.
    init(
        _ stream: String,
        _ direction: Direction,
        from position: StreamPosition?,
        pageSize: Int,
        targetBytes: Int? = nil,
        _ options: ReadOptions
    ) throws(PhotonPumpError) {
        try Arguments.check(stream: stream)
        try Arguments.check(count: pageSize, stream: stream)
        try Arguments.check(limit: options.limit, stream: stream)
        self.stream = stream
        self.direction = direction
        self.sizer = PageSizer(target: targetBytes)
        self.pageSize = min(pageSize, Arguments.maximumPage)
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

    func exchange(
        at cursor: Int64, atMost count: Int, id: GUID, terms: CallTerms,
        completion: @escaping @Sendable (Result<ReadStreamEventsCompleted, any Error>) -> Void
    ) -> Exchange {
        // A stream that is deleted while it is read is not missing.
        let findsNothing = self.options.missingIsEmpty && cursor == self.start
        return self.exchange(
            at: cursor, atMost: count, findsNothing: findsNothing, id: id, terms: terms, completion: completion)
    }

    /// - Parameter findsNothing: whether a stream that does not exist is no error.
    func exchange(
        at cursor: Int64, atMost count: Int = .max, findsNothing: Bool, id: GUID, terms: CallTerms,
        completion: @escaping @Sendable (Result<ReadStreamEventsCompleted, any Error>) -> Void
    ) -> Exchange {
        var reading = self.reading(at: cursor, atMost: count)
        reading.findsNothing = findsNothing
        return Exchange(reading, id: id, terms: terms, completion: completion)
    }

    /// One read of at most `count` events, and no more than a page may take.
    func reading(at cursor: Int64, atMost count: Int) -> ReadStream {
        ReadStream(
            direction: self.direction,
            message: ReadStreamEvents(
                stream: self.stream,
                from: cursor,
                maxCount: Int32(min(count, self.pageSize)),
                resolveLinks: self.options.resolveLinks,
                requireMaster: self.options.requireMaster
            ),
            sizer: self.sizer
        )
    }

    /// Reads `count` events, in several requests if necessary; fewer only at the end, or if a page has none.
    func slice(
        at start: Int64, of count: Int, _ client: Client, _ terms: CallTerms
    ) async throws
        -> ReadStreamEventsCompleted
    {
        var slice = try await client.perform(self.reading(at: start, atMost: count), terms)
        var events = slice.events
        while events.count < count, !slice.events.isEmpty, let next = self.page(slice).next {
            slice = try await client.perform(self.reading(at: next, atMost: count - events.count), terms)
            events += slice.events
        }
        slice.events = events
        return slice
    }

    func page(_ reply: ReadStreamEventsCompleted) -> Page<ResolvedRecord, Int64> {
        let isEnd = reply.isEndOfStream || reply.nextEventNumber < 0 || reply.result == .noStream
        return Page(elements: reply.events, next: isEnd ? nil : reply.nextEventNumber)
    }
}
