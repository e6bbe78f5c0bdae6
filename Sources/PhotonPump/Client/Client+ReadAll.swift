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
    ///   - maxCount: at most so many events, 1 to 4096.
    ///   - resolveLinks: whether events that are links are followed to the events they point to.
    ///   - options: timeout, credentials and node of this call.
    /// - Throws: ``PhotonPumpError``, among others ``PhotonPumpError/Code/accessDenied``, and
    ///   ``PhotonPumpError/Code/serverError`` for a position within an event.
    public nonisolated func getAll(
        direction: Direction = .forward,
        from position: Position? = nil,
        maxCount: Int = 500,
        resolveLinks: Bool = false,
        options: CallOptions = CallOptions()
    ) async throws -> AllSlice {
        let how = ReadOptions(resolveLinks: resolveLinks, call: options)
        let pages = try AllPages(direction, from: position, pageSize: maxCount, how)
        let reply = try await self.perform(pages.reading(at: pages.start ?? .start), options)
        return AllSlice(
            direction: direction,
            events: reply.events.compactMap(ResolvedEvent.init),
            from: Position(commit: reply.commitPosition, prepare: reply.preparePosition),
            next: Position(commit: reply.nextCommitPosition, prepare: reply.nextPreparePosition)
        )
    }

    /// The events of all streams, one after the other, read page by page behind the scenes.
    ///
    /// While one page is gone through the next is on its way; no more than two are held. Nothing is read before the
    /// iteration begins, and leaving the loop ends the reading.
    ///
    /// - Parameters:
    ///   - direction: whether newer or older events follow.
    ///   - position: where to begin, as in ``getAll(direction:from:maxCount:resolveLinks:options:)``.
    ///   - pageSize: how many events to ask for at once, 1 to 4096.
    ///   - resolveLinks: whether events that are links are followed to the events they point to.
    ///   - options: timeout, credentials and node of each single read.
    /// - Returns: a sequence that can be iterated several times, each time reading anew. Iterating throws as
    ///   ``getAll(direction:from:maxCount:resolveLinks:options:)`` does.
    public nonisolated func iterAll(
        direction: Direction = .forward,
        from position: Position? = nil,
        pageSize: Int = 500,
        resolveLinks: Bool = false,
        options: CallOptions = CallOptions()
    ) -> AllEvents {
        AllEvents(
            client: self,
            pages: Result { () throws(PhotonPumpError) in
                let how = ReadOptions(resolveLinks: resolveLinks, call: options)
                return try AllPages(direction, from: position, pageSize: pageSize, how)
            }
        )
    }
}
