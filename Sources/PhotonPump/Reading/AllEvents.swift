internal import PhotonPumpWire

/// The events of all streams, as ``Client/iterAll(direction:from:limit:pageSize:matching:resolveLinks:options:)`` reads
/// them.
public struct AllEvents: AsyncSequence, Sendable {
    /// An event with its position, found directly or through a link.
    public typealias Element = ResolvedEvent

    let client: Client
    let pages: Result<AllPages, PhotonPumpError>

    /// Starts a new reading; nothing is sent before the first event is requested.
    public func makeAsyncIterator() -> Iterator {
        Iterator(records: PagedIterator(client: self.client, source: self.pages))
    }

    /// Iterates over the events of one reading.
    public struct Iterator: AsyncIteratorProtocol {
        var records: PagedIterator<AllPages>

        /// The next event; nil at the end of the log.
        ///
        /// - Throws: ``PhotonPumpError``, or `CancellationError` if the task is cancelled. An error ends the iteration.
        public mutating func next() async throws -> ResolvedEvent? {
            try await self.next(isolation: nil)
        }

        /// The next event; nil at the end of the log.
        ///
        /// - Throws: as ``next()``.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws -> ResolvedEvent? {
            while let record = try await self.records.next(isolation: actor) {
                if let event = ResolvedEvent(record) { return event }
            }
            return nil
        }
    }
}

@available(*, unavailable)
extension AllEvents.Iterator: Sendable {}
