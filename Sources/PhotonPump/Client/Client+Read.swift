internal import PhotonPumpWire

extension Client {
    /// Reads the event with the given number.
    ///
    /// - Parameters:
    ///   - number: 0 or above.
    ///   - stream: the stream to read.
    ///   - resolveLinks: whether an event that is a link is followed to the event it points to. nil means
    ///     ``Client/Configuration/resolveLinks``.
    ///   - options: the timeout, credentials and node of this call.
    /// - Throws: ``PhotonPumpError``, such as ``PhotonPumpError/Code/eventNotFound``,
    ///   ``PhotonPumpError/Code/streamNotFound``, ``PhotonPumpError/Code/streamDeleted`` or
    ///   ``PhotonPumpError/Code/accessDenied``.
    public nonisolated func getEvent(
        _ number: Int64,
        in stream: String,
        resolveLinks: Bool? = nil,
        options: CallOptions = CallOptions()
    ) async throws -> ResolvedEvent {
        guard number >= 0 else {
            throw PhotonPumpError(
                .invalidArgument,
                "event number \(number) of '\(stream)' is below 0",
                stream: stream,
                eventNumber: number
            )
        }
        return try await self.readEvent(number, stream, resolveLinks, options)
    }

    /// Reads the last event of a stream.
    ///
    /// - Throws: as ``getEvent(_:in:resolveLinks:options:)``.
    public nonisolated func getLastEvent(
        in stream: String,
        resolveLinks: Bool? = nil,
        options: CallOptions = CallOptions()
    ) async throws -> ResolvedEvent {
        try await self.readEvent(ReadOneEvent.last, stream, resolveLinks, options)
    }

    /// Reads the event with the given number, if it exists.
    ///
    /// - Parameters:
    ///   - number: 0 or above.
    ///   - stream: the stream to read.
    ///   - resolveLinks: whether an event that is a link is followed to the event it points to. nil means
    ///     ``Client/Configuration/resolveLinks``.
    ///   - options: the timeout, credentials and node of this call.
    /// - Returns: nil if the stream or the event does not exist, or no longer exists.
    /// - Throws: as ``getEvent(_:in:resolveLinks:options:)``, including ``PhotonPumpError/Code/streamDeleted``.
    public nonisolated func findEvent(
        _ number: Int64,
        in stream: String,
        resolveLinks: Bool? = nil,
        options: CallOptions = CallOptions()
    ) async throws -> ResolvedEvent? {
        try await self.ifFound {
            try await self.getEvent(number, in: stream, resolveLinks: resolveLinks, options: options)
        }
    }

    /// Reads the last event of a stream, if there is one.
    ///
    /// - Returns: nil if the stream does not exist, or has no event that can be read.
    /// - Throws: as ``findEvent(_:in:resolveLinks:options:)``.
    public nonisolated func findLastEvent(
        in stream: String,
        resolveLinks: Bool? = nil,
        options: CallOptions = CallOptions()
    ) async throws -> ResolvedEvent? {
        try await self.ifFound {
            try await self.getLastEvent(in: stream, resolveLinks: resolveLinks, options: options)
        }
    }

    /// The number of a stream's last event; nil for a stream without events.
    ///
    /// - Parameters:
    ///   - stream: the stream.
    ///   - options: the timeout, credentials and node of this call.
    /// - Throws: ``PhotonPumpError``, such as ``PhotonPumpError/Code/streamDeleted``.
    public nonisolated func lastEventNumber(
        of stream: String,
        options: CallOptions = CallOptions()
    ) async throws -> Int64? {
        try await self.findLastEvent(in: stream, resolveLinks: false, options: options)?.received.number
    }

    /// nil if `read` finds no such stream or event.
    nonisolated func ifFound<Output>(_ read: () async throws -> Output) async throws -> Output? {
        do {
            return try await read()
        } catch let error as PhotonPumpError where [.eventNotFound, .streamNotFound].contains(error.code) {
            return nil
        }
    }

    private nonisolated func readEvent(
        _ number: Int64, _ stream: String, _ resolveLinks: Bool?, _ options: CallOptions
    ) async throws -> ResolvedEvent {
        try Arguments.check(stream: stream)
        let how = self.options(resolveLinks, for: options)
        let message = ReadEvent(
            stream: stream,
            eventNumber: number,
            resolveLinks: how.resolveLinks,
            requireMaster: how.requireMaster
        )
        return try await self.perform(ReadOneEvent(message: message), options)
    }

    /// Reads a slice of a stream.
    ///
    /// - Parameters:
    ///   - stream: the stream to read.
    ///   - direction: from older to newer events, or the reverse.
    ///   - position: the first event; by default the first of the stream, or the last one when reading backward.
    ///   - maxCount: the most events to return, 1 or more; nil means ``Client/Configuration/pageSize``. They are read
    ///     in several requests, of as many events as make a few megabytes. Fewer are returned at the end of the stream,
    ///     or where a request finds none of those that it asks for, because they were truncated or are too old:
    ///     continue at ``StreamSlice/next``.
    ///   - resolveLinks: whether events that are links are followed to the events they point to. nil means
    ///     ``Client/Configuration/resolveLinks``.
    ///   - options: the timeout, credentials and node of this call.
    /// - Throws: ``PhotonPumpError``, such as ``PhotonPumpError/Code/streamNotFound``,
    ///   ``PhotonPumpError/Code/streamDeleted`` or ``PhotonPumpError/Code/accessDenied``.
    public nonisolated func get(
        _ stream: String,
        direction: Direction = .forward,
        from position: StreamPosition? = nil,
        maxCount: Int? = nil,
        resolveLinks: Bool? = nil,
        options: CallOptions = CallOptions()
    ) async throws -> StreamSlice {
        let how = self.options(resolveLinks, for: options)
        let maxCount = maxCount ?? self.configuration.pageSize
        let pages = try StreamPages(stream, direction, from: position, pageSize: maxCount, how)
        guard let start = pages.start else {
            // Forward from the end there is nothing to read, and servers have no number for that position.
            let last = try await self.getLastEvent(in: stream, resolveLinks: false, options: options).received.number
            return StreamSlice(
                stream: stream, direction: direction, events: [],
                next: (0..<Int64.max).contains(last) ? .number(last + 1) : nil, lastEventNumber: last,
                isEndOfStream: true
            )
        }
        let terms = try self.terms(options)
        let reply = try await self.asOneCall(terms) { try await pages.slice(at: start, of: maxCount, self, $0) }
        return StreamSlice(reply, stream: stream, direction: direction)
    }

    /// Reads a slice of a stream, if it exists.
    ///
    /// - Returns: nil if the stream was never written to, or was deleted (but not permanently).
    /// - Throws: as ``get(_:direction:from:maxCount:resolveLinks:options:)``, including
    ///   ``PhotonPumpError/Code/streamDeleted``.
    public nonisolated func find(
        _ stream: String,
        direction: Direction = .forward,
        from position: StreamPosition? = nil,
        maxCount: Int? = nil,
        resolveLinks: Bool? = nil,
        options: CallOptions = CallOptions()
    ) async throws -> StreamSlice? {
        try await self.ifFound {
            try await self.get(
                stream, direction: direction, from: position, maxCount: maxCount, resolveLinks: resolveLinks,
                options: options)
        }
    }

    /// The options of a read, completed with the client's settings.
    nonisolated func options(
        _ resolveLinks: Bool?, limit: Int? = nil, missingIsEmpty: Bool = false, for options: CallOptions
    ) -> ReadOptions {
        ReadOptions(
            resolveLinks: resolveLinks ?? self.configuration.resolveLinks, call: self.completed(options), limit: limit,
            missingIsEmpty: missingIsEmpty)
    }
}

extension StreamSlice {
    init(_ reply: ReadStreamEventsCompleted, stream: String, direction: Direction) {
        self.init(
            stream: stream,
            direction: direction,
            events: reply.events.compactMap { ResolvedEvent($0) },
            next: reply.nextEventNumber < 0 ? nil : .number(reply.nextEventNumber),
            lastEventNumber: reply.lastEventNumber,
            isEndOfStream: reply.isEndOfStream
        )
    }
}
