internal import PhotonPumpWire

extension Store {
    func readAll(_ read: ReadAllEvents, _ direction: ReadDirection, _ request: Request) -> ReadAllEventsCompleted {
        let page = self.page(of: read, direction, ReadLimits(count: Int(read.maxCount)), request)
        return ReadAllEventsCompleted(
            commitPosition: page.start.commit,
            preparePosition: page.start.prepare,
            events: page.events,
            nextCommitPosition: page.next.commit,
            nextPreparePosition: page.next.prepare,
            result: page.result,
            error: page.error
        )
    }

    /// The most events that one filtered read looks at.
    private static let searchWindow = 20_000

    func readAll(
        _ legal: LegalFilteredRead,
        _ direction: ReadDirection,
        _ request: Request
    ) -> FilteredReadAllEventsCompleted {
        let read = legal.read
        // A page may always end early: the client goes on behind the last event that was considered.
        let window = min(Int(read.maxSearchWindow ?? read.maxCount), Self.searchWindow)
        let limits = ReadLimits(count: Int(read.maxCount), window: window, filter: legal.filter)
        let page = self.page(of: read, direction, limits, request)
        return FilteredReadAllEventsCompleted(
            commitPosition: page.start.commit,
            preparePosition: page.start.prepare,
            events: page.events,
            nextCommitPosition: page.next.commit,
            nextPreparePosition: page.next.prepare,
            isEndOfStream: page.isEnd,
            result: page.result,
            error: page.error
        )
    }

    private func page(
        of read: some AllRead, _ direction: ReadDirection, _ limits: ReadLimits, _ request: Request
    ) -> AllPage {
        var start = LogPosition(commit: read.commitPosition, prepare: read.preparePosition)
        guard limits.count <= Self.pageCount else { return .refusal(start, .error, Self.pageTooBig) }
        if start == .end { start = LogPosition(commit: self.log.endPosition, prepare: self.log.endPosition) }
        guard start.commit >= 0, start.prepare >= 0 else { return .refusal(start, .error, "Invalid position.") }
        guard self.log.allows(request.identity, to: .read, .all) else { return .refusal(start, .accessDenied) }
        do {
            let slice = try self.log.slice(direction, start, limits)
            if slice.isFilterSpent { return .refusal(start, .error, Answer.filterSpentText) }
            return self.page(slice, read.resolveLinks, request)
        } catch {
            return .refusal(start, .error, error.text)
        }
    }

    /// The events of `slice`, however large: a server's page has no limit but their number.
    private func page(_ slice: LogSlice, _ resolveLinks: Bool, _ request: Request) -> AllPage {
        var page = AllPage(start: slice.start)
        page.events.reserveCapacity(slice.entries.count)
        for entry in slice.entries {
            guard let record = self.resolve(entry.record, resolveLinks, for: request) else {
                return .refusal(slice.start, .accessDenied)
            }
            page.events.append(
                PositionedRecord(
                    record: record,
                    commitPosition: entry.position.commit,
                    preparePosition: entry.position.prepare
                )
            )
        }
        page.next = slice.next(after: page.events.count)
        page.isEnd = slice.isEnd && page.events.count == slice.entries.count
        return page
    }
}

/// What both kinds of reads have in common.
private protocol AllRead {
    var commitPosition: Int64 { get }
    var preparePosition: Int64 { get }
    var resolveLinks: Bool { get }
}

extension ReadAllEvents: AllRead {}
extension FilteredReadAllEvents: AllRead {}

/// What the answers to both kinds of reads have in common.
private struct AllPage {
    var start: LogPosition
    var events: [PositionedRecord] = []
    var next = LogPosition(commit: -1, prepare: -1)
    var isEnd = false
    var result: ReadAllEventsCompleted.Result?
    var error: String?

    static func refusal(
        _ start: LogPosition,
        _ result: ReadAllEventsCompleted.Result,
        _ error: String? = nil
    ) -> AllPage {
        AllPage(start: start, result: result, error: error)
    }
}

extension LogPositionError {
    fileprivate var text: String {
        switch self {
        case .notAtRecord(let position): "Log record at actual pos \(position) cannot be read: none starts there."
        case .beyondEnd(let position): "Log record before actual pos \(position) cannot be read: the log ends earlier."
        }
    }
}
