internal import PhotonPumpWire

extension Client {
    /// Reads a slice of the log, which holds the events of all streams, including system events and deleted ones.
    ///
    /// By default, servers allow this to administrators only.
    ///
    /// - Parameters:
    ///   - direction: from older to newer events, or the reverse.
    ///   - position: where to begin; by default at the start, or at the end when reading backward. Forward, an event at
    ///     exactly this position is included; backward, it is not. Use only positions that the same server returned.
    ///   - maxCount: the most events to return, 1 or more; nil means ``Client/Configuration/pageSize``. They are read
    ///     in several requests, of as many events as make a few megabytes.
    ///   - filter: the events to return; nil for all. For every 4096 events asked for, about as many events of the log
    ///     are looked at. A filtered slice may therefore hold fewer events than there are, even none: continue at
    ///     ``AllSlice/next`` until ``AllSlice/isEnd``. Servers of version 20 and later filter themselves; for older
    ///     ones the client does it.
    ///   - resolveLinks: whether events that are links are followed to the events they point to. nil means
    ///     ``Client/Configuration/resolveLinks``.
    ///   - options: the timeout, credentials and node of this call.
    /// - Throws: ``PhotonPumpError``, such as ``PhotonPumpError/Code/accessDenied``, or
    ///   ``PhotonPumpError/Code/serverError`` for a position within an event.
    public nonisolated func getAll(
        direction: Direction = .forward,
        from position: Position? = nil,
        maxCount: Int? = nil,
        matching filter: EventFilter? = nil,
        resolveLinks: Bool? = nil,
        options: CallOptions = CallOptions()
    ) async throws -> AllSlice {
        let how = self.options(resolveLinks, for: options)
        let maxCount = maxCount ?? self.configuration.pageSize
        let pages = try AllPages(direction, from: position, pageSize: maxCount, matching: filter, how)
        let terms = try self.terms(options)
        let page = try await self.asOneCall(terms) { try await pages.slice(of: maxCount, self, $0) }
        return AllSlice(page, direction)
    }

    /// The events of all streams, one after another, read page by page in the background.
    ///
    /// While you iterate over one page, the next is being read; no more than two are held. Nothing is read before the
    /// iteration begins, and leaving the loop ends the reading.
    ///
    /// - Parameters:
    ///   - direction: from older to newer events, or the reverse.
    ///   - position: where to begin, as in ``getAll(direction:from:maxCount:matching:resolveLinks:options:)``.
    ///   - limit: the most events to return in all; nil, the default, for all.
    ///   - pageSize: the most events to request at once, 1 or more; servers return at most 4096. The first request asks
    ///     for 32, further ones for as many as make a few megabytes. nil means ``Client/Configuration/pageSize``.
    ///   - filter: the events to return; nil for all.
    ///   - resolveLinks: whether events that are links are followed to the events they point to. nil means
    ///     ``Client/Configuration/resolveLinks``.
    ///   - options: the timeout, credentials and node of each single read.
    /// - Returns: a sequence that can be iterated several times, each time reading anew. Iterating throws as
    ///   ``getAll(direction:from:maxCount:matching:resolveLinks:options:)`` does.
    public nonisolated func iterAll(
        direction: Direction = .forward,
        from position: Position? = nil,
        limit: Int? = nil,
        pageSize: Int? = nil,
        matching filter: EventFilter? = nil,
        resolveLinks: Bool? = nil,
        options: CallOptions = CallOptions()
    ) -> AllEvents {
        AllEvents(
            client: self,
            pages: Result { () throws(PhotonPumpError) in
                let how = self.options(resolveLinks, limit: limit, for: options)
                let pageSize = pageSize ?? self.configuration.pageSize
                return try AllPages(direction, from: position, pageSize: pageSize, matching: filter, how)
            }
        )
    }

    /// The position of the last event in the log; nil for a server without events.
    ///
    /// - Parameter options: the timeout, credentials and node of this call.
    /// - Throws: ``PhotonPumpError``, such as ``PhotonPumpError/Code/accessDenied``.
    public nonisolated func lastPosition(options: CallOptions = CallOptions()) async throws -> Position? {
        try await self.getAll(direction: .backward, maxCount: 1, resolveLinks: false, options: options).events.first?
            .position
    }
}
