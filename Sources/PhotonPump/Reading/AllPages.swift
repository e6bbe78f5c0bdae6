internal import PhotonPumpWire

/// The pages of the log, complete or with only the events that match a filter.
///
/// The server filters if it can; otherwise pages are read whole and filtered here, with the same results and positions.
/// A server that does not support filters (4.x, 5.x) answers that it does not know the command; it is asked once per
/// reading. One that refuses a filter for another reason is believed: the whole log is not read instead.
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

    let direction: Direction
    private let pageSize: Int
    private let filter: EventMatcher?
    private let sizer: PageSizer
    /// Where to begin.
    let first: Position
    let options: ReadOptions

    /// - Parameter targetBytes: the bytes that a page should take at most; nil for what suits servers.
    /// - Throws: ``PhotonPumpError/Code/invalidArgument`` for invalid arguments.
    init(
        _ direction: Direction,
        from position: Position?,
        pageSize: Int,
        targetBytes: Int? = nil,
        matching filter: EventFilter? = nil,
        _ options: ReadOptions
    ) throws(PhotonPumpError) {
        try Arguments.check(count: pageSize, stream: "$all")
        try Arguments.check(limit: options.limit, stream: "$all")
        let start = position ?? (direction == .forward ? .start : .end)
        guard start == .end || (start.commit >= 0 && start.prepare >= 0) else {
            throw PhotonPumpError(.invalidArgument, "$all cannot be read from position \(start)", stream: "$all")
        }
        self.direction = direction
        self.sizer = PageSizer(target: targetBytes)
        self.pageSize = min(pageSize, Arguments.maximumPage)
        self.filter = try filter.map { (filter) throws(PhotonPumpError) in try EventMatcher(filter) }
        self.first = start
        self.options = options
    }

    var start: Cursor? { self.begin }

    private var begin: Cursor { Cursor(position: self.first, isServersWork: self.filter?.isServersWork ?? true) }

    func exchange(
        at cursor: Cursor, atMost count: Int = .max, id: GUID, terms: CallTerms,
        completion: @escaping @Sendable (Result<Output, any Error>) -> Void
    ) -> Exchange {
        let position = cursor.position
        let size = min(count, self.pageSize)
        if let filter = self.filter?.server, cursor.isServersWork {
            let reading = self.filteredReading(at: position, filter, size)
            let command = self.filteredCommand
            return Exchange(reading, id: id, terms: terms) { result in
                completion(
                    result.map { .page(self.refined($0, by: filter), isServersWork: true) }.flatMapError { error in
                        CommonReplies.isUnknown(command, to: error)
                            ? .success(.beyondServer(position)) : .failure(error)
                    }
                )
            }
        }
        let reading = self.reading(at: position, atMost: self.filter == nil ? size : Self.searchWindow)
        return Exchange(reading, id: id, terms: terms) { result in
            completion(result.map { .page(self.filtered($0, atMost: count), isServersWork: false) })
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

    /// Reads `count` events, in several requests if necessary; fewer at the end, or if a filter passes over too many.
    func slice(of count: Int, _ client: Client, _ terms: CallTerms) async throws -> AllPage {
        var cursor = self.begin
        var slice: AllPage?
        // For each page of events that are wanted, a filter looks at one of events that may fit.
        var window = (count - 1) / Arguments.maximumPage * Self.searchWindow + Self.searchWindow
        while true {
            let wanted = min(count - (slice?.events.count ?? 0), Arguments.maximumPage)
            let look: Look
            do {
                look = try await self.look(at: cursor, for: wanted, within: window, client, terms)
            } catch  where cursor.isServersWork && CommonReplies.isUnknown(self.filteredCommand, to: error) {
                cursor.isServersWork = false
                continue
            }
            cursor.position = look.page.next
            window -= look.count
            slice?.append(look.page)
            let whole = slice ?? look.page
            if look.page.isEnd || whole.events.count >= count || look.isShort || window <= 0 { return whole }
            slice = whole
        }
    }

    /// What servers without filters do not know.
    private var filteredCommand: Command { FilteredReadAllEvents.commands(self.direction).request }

    /// What came of one request.
    private struct Look {
        let page: AllPage
        /// How many events were looked at for a filter, as far as is known.
        var count = 0
        /// Whether the server had no more events.
        var isShort = false
    }

    private func look(
        at cursor: Cursor, for count: Int, within window: Int, _ client: Client, _ terms: CallTerms
    ) async throws -> Look {
        let position = cursor.position
        let window = min(window, Self.searchWindow)
        guard let filter else {
            let page = try await client.perform(self.reading(at: position, atMost: count), terms)
            return Look(page: page, isShort: page.events.count < self.sizer.asked)
        }
        if let server = filter.server, cursor.isServersWork {
            let page = try await client.perform(self.filteredReading(at: position, server, count), terms)
            // With fewer matches than it was asked for, it has been through all that it may look at.
            let count = page.events.count < self.sizer.asked ? window : page.events.count
            return Look(page: self.refined(page, by: server), count: count)
        }
        let page = try await client.perform(self.reading(at: position, atMost: window), terms)
        let matches = page.events.indices.filter { filter.matches(page.events[$0]) }
        guard matches.count > count else { return Look(page: self.filtered(page), count: page.events.count) }
        // Only a read that ends with the last event wanted reports the position after it.
        let exact = try await client.perform(self.reading(at: position, atMost: matches[count - 1] + 1), terms)
        return Look(page: self.filtered(exact), count: exact.events.count)
    }

    private func filtered(_ page: AllPage, atMost count: Int = .max) -> AllPage {
        guard let filter else { return page }
        var page = page
        page.events.removeAll { !filter.matches($0) }
        page.cut(to: count, self.direction)
        return page
    }

    /// What is left of a page that the server has filtered. If that was all there is to it, it has the last word: its
    /// patterns differ slightly from the client's.
    private func refined(_ page: AllPage, by server: ServerFilter) -> AllPage {
        server.isComplete ? page : self.filtered(page)
    }

    func reading(at position: Position, atMost count: Int) -> ReadAll {
        ReadAll(
            direction: self.direction,
            message: ReadAllEvents(
                commitPosition: position.commit,
                preparePosition: position.prepare,
                maxCount: Int32(min(count, Arguments.maximumPage)),
                resolveLinks: self.options.resolveLinks,
                requireMaster: self.options.requireMaster
            ),
            sizer: self.sizer
        )
    }

    private func filteredReading(at position: Position, _ filter: ServerFilter, _ count: Int) -> ReadAllFiltered {
        ReadAllFiltered(
            direction: self.direction,
            message: FilteredReadAllEvents(
                commitPosition: position.commit,
                preparePosition: position.prepare,
                maxCount: Int32(count),
                maxSearchWindow: Int32(Self.searchWindow),
                resolveLinks: self.options.resolveLinks,
                requireMaster: self.options.requireMaster,
                filter: filter.message
            ),
            sizer: self.sizer
        )
    }
}
