internal import PhotonPumpWire

/// The events of a stream, as ``Client/iter(_:direction:from:pageSize:resolveLinks:options:)`` reads them.
public struct StreamEvents: AsyncSequence, Sendable {
    /// An event, found by itself or through a link.
    public typealias Element = ResolvedEvent

    let client: Client
    let range: Result<ReadRange, PhotonPumpError>
    let options: ReadOptions

    /// Starts a reading of its own; nothing is sent before the first event is asked for.
    public func makeAsyncIterator() -> Iterator {
        Iterator(feed: PageFeed(client: self.client, range: self.range, options: self.options))
    }

    /// Goes through the events of one reading.
    public struct Iterator: AsyncIteratorProtocol {
        private let feed: PageFeed
        /// The page at hand: an event costs an array access, and the client is visited once a page.
        private var page: [ResolvedRecord] = []
        private var position = 0

        init(feed: PageFeed) {
            self.feed = feed
        }

        /// The next event; nil at the end of the stream.
        ///
        /// - Throws: ``PhotonPumpError``, or `CancellationError` when the task is cancelled. After an error the
        ///   iteration is over.
        public mutating func next() async throws -> ResolvedEvent? {
            try await self.next(isolation: nil)
        }

        /// The next event; nil at the end of the stream.
        ///
        /// - Throws: as ``next()``.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws -> ResolvedEvent? {
            while true {
                while self.position < self.page.count {
                    defer { self.position += 1 }
                    // An element with neither event nor link says nothing; servers do not send such.
                    if let event = ResolvedEvent(self.page[self.position]) { return event }
                }
                guard let page = try await self.feed.nextPage(isolation: actor) else { return nil }
                (self.page, self.position) = (page, 0)
            }
        }
    }
}

@available(*, unavailable)
extension StreamEvents.Iterator: Sendable {}
