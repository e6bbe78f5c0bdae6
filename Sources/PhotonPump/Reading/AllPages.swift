internal import PhotonPumpWire

/// The pages of the log, complete or with only the events that match a filter.
///
/// The server filters if it can; otherwise pages are read whole and filtered here, with the same results and positions.
/// A server that does not support filters (4.x, 5.x) answers BadRequest, as to any unknown command; it is asked once
/// per reading.
struct AllPages: PageSource {
    struct Cursor: Sendable {
        var position: Position
        /// Whether the server filters, as far as is known.
        var isServersWork: Bool
    }

    enum Output: Sendable {
        case page(AllPage, isServersWork: Bool)
        /// The server does not support filters; the page has yet to be read.
        case beyondServer(Position)
    }

    /// The number of events to look at for one filtered page, whether they match or not.
    static let searchWindow = Arguments.maximumPage

    private let direction: Direction
    private let pageSize: Int
    private let filter: EventMatcher?
    let limit = PageLimit()
    /// Where to begin.
    let first: Position
    let options: ReadOptions

    /// - Throws: ``PhotonPumpError/Code/invalidArgument`` for invalid arguments.
    init(
        _ direction: Direction,
        from position: Position?,
        pageSize: Int,
        matching filter: EventFilter? = nil,
        _ options: ReadOptions
    ) throws(PhotonPumpError) {
        try Arguments.check(count: pageSize, stream: "$all")
        let start = position ?? (direction == .forward ? .start : .end)
        guard start == .end || (start.commit >= 0 && start.prepare >= 0) else {
            throw PhotonPumpError(.invalidArgument, "$all cannot be read from position \(start)", stream: "$all")
        }
        self.direction = direction
        self.pageSize = min(pageSize, Arguments.maximumPage)
        self.filter = try filter.map { (filter) throws(PhotonPumpError) in try EventMatcher(filter) }
        self.first = start
        self.options = options
    }

    var start: Cursor? { Cursor(position: self.first, isServersWork: true) }

    func exchange(
        at cursor: Cursor, id: GUID, terms: CallTerms,
        completion: @escaping @Sendable (Result<Output, any Error>) -> Void
    ) -> any OpenExchange {
        let position = cursor.position
        if let filter, cursor.isServersWork {
            var reading = self.filteredReading(at: position, filter, self.pageSize)
            reading.limit = self.limit
            return Exchange(reading, id: id, terms: terms) { result in
                completion(
                    result.map { .page($0, isServersWork: true) }.flatMapError { error in
                        Self.isBeyondServer(error) ? .success(.beyondServer(position)) : .failure(error)
                    }
                )
            }
        }
        let count = self.filter == nil ? self.pageSize : Self.searchWindow
        var reading = self.reading(at: position, atMost: count)
        reading.limit = self.limit
        return Exchange(reading, id: id, terms: terms) { result in
            completion(result.map { .page(self.filtered($0), isServersWork: false) })
        }
    }

    func page(_ output: Output) -> Page<PositionedRecord, Cursor> {
        switch output {
        case .beyondServer(let position):
            return Page(elements: [], next: Cursor(position: position, isServersWork: false))
        case .page(let page, let isServersWork):
            let next = Cursor(position: page.next, isServersWork: isServersWork)
            return Page(elements: page.events, next: page.isEnd ? nil : next)
        }
    }

    /// Reads `count` events, in several requests if necessary; fewer only if a page ends short.
    func slice(of count: Int, _ client: Client, _ terms: CallTerms) async throws -> AllPage {
        var position = self.first
        var slice: AllPage?
        while true {
            let wanted = min(count - (slice?.events.count ?? 0), Arguments.maximumPage)
            let page = try await self.page(at: position, atMost: wanted, client, terms)
            position = page.next
            slice?.append(page)
            let whole = slice ?? page
            if page.isEnd || page.events.count < wanted || whole.events.count >= count { return whole }
            slice = whole
        }
    }

    private func page(
        at position: Position, atMost count: Int, _ client: Client, _ terms: CallTerms
    ) async throws
        -> AllPage
    {
        guard let filter else {
            return try await AllPage(client.perform(self.reading(at: position, atMost: count), terms))
        }
        do {
            return try await client.perform(self.filteredReading(at: position, filter, count), terms)
        } catch  where Self.isBeyondServer(error) {
            let reading = self.reading(at: position, atMost: Self.searchWindow)
            let reply = try await client.perform(reading, terms)
            let matches = reply.events.indices.filter { filter.matches(reply.events[$0]) }
            guard matches.count > count else { return self.filtered(reply) }
            // Only a read that ends with the last event wanted reports the position after it.
            let exact = self.reading(at: position, atMost: matches[count - 1] + 1)
            return try await self.filtered(client.perform(exact, terms))
        }
    }

    private static func isBeyondServer(_ error: any Error) -> Bool {
        (error as? PhotonPumpError)?.code == .badRequest
    }

    private func filtered(_ reply: ReadAllEventsCompleted) -> AllPage {
        var page = AllPage(reply)
        if let filter { page.events.removeAll { !filter.matches($0) } }
        return page
    }

    func reading(at position: Position, atMost count: Int) -> ReadAll {
        ReadAll(
            direction: self.direction,
            message: ReadAllEvents(
                commitPosition: position.commit,
                preparePosition: position.prepare,
                maxCount: Int32(count),
                resolveLinks: self.options.resolveLinks,
                requireMaster: self.options.requireMaster
            )
        )
    }

    private func filteredReading(at position: Position, _ filter: EventMatcher, _ count: Int) -> ReadAllFiltered {
        ReadAllFiltered(
            direction: self.direction,
            message: FilteredReadAllEvents(
                commitPosition: position.commit,
                preparePosition: position.prepare,
                maxCount: Int32(count),
                maxSearchWindow: Int32(Self.searchWindow),
                resolveLinks: self.options.resolveLinks,
                requireMaster: self.options.requireMaster,
                filter: filter.filter.message
            )
        )
    }
}
