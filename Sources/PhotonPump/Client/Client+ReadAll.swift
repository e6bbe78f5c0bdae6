internal import PhotonPumpWire

extension Client {
    /// Reads a slice of the log, which holds the events of all streams, system events and deleted ones included.
    ///
    /// Servers let administrators do that, unless told otherwise.
    ///
    /// - Parameters:
    ///   - direction: whether newer or older events follow.
    ///   - position: where to begin; by default at the start, or at the end backwards. Forwards an event at this very
    ///     position is included, backwards it is not. Only positions that a server gave mean anything to it.
    ///   - maxCount: at most so many events, 1 or more. More than 4096 are read in several goes.
    ///   - filter: which events to return; nil for all. For each 4096 events at most one go is made, in which so many
    ///     events are looked at, so a filtered slice may have fewer events than are there, even none: go on at its
    ///     ``AllSlice/next`` until ``AllSlice/isEnd``. Servers of generation 20 and later filter by themselves; the
    ///     events of others are filtered by the client.
    ///   - resolveLinks: whether events that are links are followed to the events they point to.
    ///   - options: timeout, credentials and node of this call.
    /// - Throws: ``PhotonPumpError``, among others ``PhotonPumpError/Code/accessDenied``, and
    ///   ``PhotonPumpError/Code/serverError`` for a position within an event.
    public nonisolated func getAll(
        direction: Direction = .forward,
        from position: Position? = nil,
        maxCount: Int = 500,
        matching filter: EventFilter? = nil,
        resolveLinks: Bool = false,
        options: CallOptions = CallOptions()
    ) async throws -> AllSlice {
        let how = ReadOptions(resolveLinks: resolveLinks, call: self.completed(options))
        let pages = try AllPages(direction, from: position, pageSize: maxCount, matching: filter, how)
        return AllSlice(try await pages.slice(of: maxCount, self, self.terms(options)), direction)
    }

    /// The events of all streams, one after the other, read page by page behind the scenes.
    ///
    /// While one page is gone through the next is on its way; no more than two are held. Nothing is read before the
    /// iteration begins, and leaving the loop ends the reading.
    ///
    /// - Parameters:
    ///   - direction: whether newer or older events follow.
    ///   - position: where to begin, as in ``getAll(direction:from:maxCount:matching:resolveLinks:options:)``.
    ///   - pageSize: how many events to ask for at once, 1 or more; servers give 4096 at most.
    ///   - filter: which events to go through; nil for all.
    ///   - resolveLinks: whether events that are links are followed to the events they point to.
    ///   - options: timeout, credentials and node of each single read.
    /// - Returns: a sequence that can be iterated several times, each time reading anew. Iterating throws as
    ///   ``getAll(direction:from:maxCount:matching:resolveLinks:options:)`` does.
    public nonisolated func iterAll(
        direction: Direction = .forward,
        from position: Position? = nil,
        pageSize: Int = 500,
        matching filter: EventFilter? = nil,
        resolveLinks: Bool = false,
        options: CallOptions = CallOptions()
    ) -> AllEvents {
        AllEvents(
            client: self,
            pages: Result { () throws(PhotonPumpError) in
                let how = ReadOptions(resolveLinks: resolveLinks, call: self.completed(options))
                return try AllPages(direction, from: position, pageSize: pageSize, matching: filter, how)
            }
        )
    }
}
