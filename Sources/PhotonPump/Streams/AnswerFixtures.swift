// Answers that no server has given, for unit tests of code that handles them.

extension StreamSlice {
    /// A slice as a read would have returned it, for tests: by default, all that the stream has.
    ///
    /// - Parameters:
    ///   - events: the events, in the order they were read; see ``ResolvedEvent/events(_:of:from:)``.
    ///   - stream: the stream that was read; that of the first event, by default.
    ///   - direction: the order of `events`.
    ///   - next: where to continue reading; by default after the last event, or, backward, nowhere.
    ///   - lastEventNumber: the number of the stream's last event; by default the largest of `events`.
    ///   - isEndOfStream: whether the stream ended here.
    public init(
        _ events: [ResolvedEvent], of stream: String? = nil, direction: Direction = .forward,
        next: StreamPosition? = nil, lastEventNumber: Int64? = nil, isEndOfStream: Bool = true
    ) {
        let last = events.map(\.received.number).max() ?? -1
        self.init(
            stream: stream ?? events.first?.received.stream ?? "test",
            direction: direction,
            events: events,
            next: next ?? (direction == .forward ? .number(last &+ 1) : nil),
            lastEventNumber: lastEventNumber ?? last,
            isEndOfStream: isEndOfStream
        )
    }
}

extension AllSlice {
    /// A slice of the log as a read would have returned it, for tests: by default, all that there is.
    ///
    /// - Parameters:
    ///   - events: the events, in the order they were read.
    ///   - direction: the order of `events`.
    ///   - start: where the slice begins.
    ///   - next: where to continue reading; by default at the position of the last event.
    ///   - isEnd: whether the log ended here.
    public init(
        _ events: [ResolvedEvent], direction: Direction = .forward, from start: Position = .start,
        next: Position? = nil, isEnd: Bool = true
    ) {
        self.init(
            direction: direction, events: events, from: start, next: next ?? events.last?.position ?? start,
            isEnd: isEnd)
    }
}

extension PhotonPumpError {
    /// An error as a call would have thrown it, for tests: after one attempt, without any effect, unless you say
    /// otherwise.
    ///
    /// ```swift
    /// let conflict = VersionConflict(expected: .version(3), actual: 5)
    /// let error = PhotonPumpError(.wrongExpectedVersion, conflict: conflict)
    /// ```
    public init(
        _ code: Code,
        message: String = "made for a test",
        stream: String? = nil,
        eventNumber: Int64? = nil,
        conflict: VersionConflict? = nil,
        serverMessage: String? = nil,
        underlying: (any Error)? = nil,
        attempts: Int = 1,
        elapsed: Duration? = nil,
        mayHaveBeenApplied: Bool = false,
        isSafeToRepeat: Bool = true,
        publishedBefore: Int? = nil,
        endpoint: String? = nil
    ) {
        self.init(
            code, message, stream: stream, eventNumber: eventNumber, conflict: conflict,
            serverMessage: serverMessage, underlying: underlying)
        self.attempts = attempts
        self.elapsed = elapsed
        self.mayHaveBeenApplied = mayHaveBeenApplied
        self.isSafeToRepeat = isSafeToRepeat
        self.publishedBefore = publishedBefore
        self.endpoint = endpoint
    }
}
