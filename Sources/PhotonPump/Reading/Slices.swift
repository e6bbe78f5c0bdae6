internal import PhotonPumpWire

/// Pages that are also handed out as wholes.
protocol SliceSource: PageSource {
    associatedtype Slice: Sendable

    /// nil for what is not a page after all.
    func slice(_ output: Output) -> Slice?
}

/// The same pages, as slices.
struct Slices<Pages: SliceSource>: PageSource {
    let pages: Pages

    var start: Pages.Cursor? { self.pages.start }
    var options: ReadOptions { self.pages.options }

    func exchange(
        at cursor: Pages.Cursor, atMost count: Int, id: GUID, terms: CallTerms,
        completion: @escaping @Sendable (Result<Pages.Output, any Error>) -> Void
    ) -> Exchange {
        self.pages.exchange(at: cursor, atMost: count, id: id, terms: terms, completion: completion)
    }

    func page(_ output: Pages.Output) -> Page<Pages.Slice, Pages.Cursor> {
        let page = self.pages.page(output)
        return Page(elements: self.pages.slice(output).map { [$0] } ?? [], count: page.count, next: page.next)
    }
}

/// The slices of a reading, read one ahead.
struct SliceSequence<Pages: SliceSource>: AsyncSequence, Sendable {
    let client: Client
    let slices: Result<Slices<Pages>, PhotonPumpError>

    func makeAsyncIterator() -> Iterator {
        Iterator(slices: PagedIterator(client: self.client, source: self.slices))
    }

    struct Iterator: AsyncIteratorProtocol {
        var slices: PagedIterator<Slices<Pages>>

        mutating func next() async throws -> Pages.Slice? { try await self.next(isolation: nil) }

        mutating func next(isolation actor: isolated (any Actor)?) async throws -> Pages.Slice? {
            try await self.slices.next(isolation: actor)
        }
    }
}

@available(*, unavailable)
extension SliceSequence.Iterator: Sendable {}

extension StreamEvents {
    /// The same reading page by page, as ``Client/get(_:direction:from:maxCount:resolveLinks:options:)`` returns them: the
    /// next one is read while you are busy with one. A page may be empty without being the last.
    ///
    /// ```swift
    /// for try await slice in client.iter("ponies", pageSize: 1000).slices {
    ///     try await store(slice.events)
    /// }
    /// ```
    public var slices: some AsyncSequence<StreamSlice, any Error> & Sendable {
        SliceSequence(client: self.client, slices: self.pages.map(Slices.init))
    }
}

extension AllEvents {
    /// The same reading page by page, as
    /// ``Client/getAll(direction:from:maxCount:matching:resolveLinks:options:)`` returns them: the next one is read while
    /// you are busy with one. A page may be empty without being the last, and the last one usually is.
    public var slices: some AsyncSequence<AllSlice, any Error> & Sendable {
        SliceSequence(client: self.client, slices: self.pages.map(Slices.init))
    }
}

extension StreamPages: SliceSource {
    func slice(_ reply: ReadStreamEventsCompleted) -> StreamSlice? {
        // There is no page of a stream that is missing.
        reply.result == .noStream ? nil : StreamSlice(reply, stream: self.stream, direction: self.direction)
    }
}

extension AllPages: SliceSource {
    func slice(_ output: Output) -> AllSlice? {
        switch output {
        case .page(let page, _): AllSlice(page, self.direction)
        case .beyondServer: nil
        }
    }
}
