internal import PhotonPumpWire

/// The events of a stream, as ``Client/iter(_:direction:from:limit:pageSize:resolveLinks:missingIsEmpty:options:)``
/// reads them.
public struct StreamEvents: AsyncSequence, Sendable {
    /// An event, found directly or through a link.
    public typealias Element = ResolvedEvent

    let client: Client
    let pages: Result<StreamPages, PhotonPumpError>

    /// Starts a new reading; nothing is sent before the first event is requested.
    public func makeAsyncIterator() -> Iterator {
        Iterator(records: PagedIterator(client: self.client, source: self.pages))
    }

    /// Iterates over the events of one reading.
    public struct Iterator: AsyncIteratorProtocol {
        var records: PagedIterator<StreamPages>

        /// The next event; nil at the end of the stream.
        ///
        /// - Throws: ``PhotonPumpError``, or `CancellationError` if the task is cancelled. An error ends the iteration.
        public mutating func next() async throws -> ResolvedEvent? {
            try await self.next(isolation: nil)
        }

        /// The next event; nil at the end of the stream.
        ///
        /// - Throws: as ``next()``.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws -> ResolvedEvent? {
            // An element with neither event nor link says nothing; servers do not send any.
            while let record = try await self.records.next(isolation: actor) {
                if let event = ResolvedEvent(record) { return event }
            }
            return nil
        }
    }
}

@available(*, unavailable)
extension StreamEvents.Iterator: Sendable {}
