internal import PhotonPumpWire
internal import Synchronization

/// Follows all streams, or the events that match a filter, by positions in the log.
final class AllSource: CatchUpSource {
    let name = "$all"
    let isGapless = false
    let isOfLog = true
    let pagesTellEnd = false
    private let options: SubscriptionOptions
    private let pages: AllPages
    private let filter: EventMatcher?
    /// Whether the server filters, as far as is known.
    private let isServersWork: Atomic<Bool>

    var call: CallOptions { self.options.call }
    var isFiltered: Bool { self.filter != nil }

    /// - Throws: ``PhotonPumpError/Code/invalidArgument`` for invalid arguments.
    init(
        from start: SubscriptionStart<Position>, matching filter: EventFilter?, _ options: SubscriptionOptions
    ) throws(PhotonPumpError) {
        try options.check(stream: "$all")
        self.options = options
        self.filter = try filter.map { (filter) throws(PhotonPumpError) in try EventMatcher(filter) }
        self.isServersWork = Atomic(self.filter?.isServersWork ?? true)
        let how = ReadOptions(resolveLinks: options.resolveLinks ?? false, call: options.call)
        self.pages = try AllPages(
            .forward, from: Self.position(start), pageSize: options.pageSize ?? Arguments.usualPage,
            targetBytes: options.pageBytes,
            matching: filter, how)
        if case .after(.end) = start { throw Self.nowhere }
        if case .from(.end) = start { throw Self.nowhere }
    }

    private static var nowhere: PhotonPumpError {
        PhotonPumpError(.invalidArgument, "$all cannot be followed .after or .from Position.end: begin at .end instead")
    }

    private static func position(_ start: SubscriptionStart<Position>) -> Position {
        switch start {
        case .start, .end: .start
        case .after(let position), .from(let position): position
        }
    }

    func read(
        from start: SubscriptionStart<CatchUpPlace>, seesLast: Bool, id: GUID, terms: CallTerms,
        completion: @escaping @Sendable (Result<CatchUpPage, any Error>) -> Void
    ) -> Exchange {
        // What is read from an event's position on begins with that event.
        let cursor = AllPages.Cursor(
            position: Self.position(start.map(\.position)), isServersWork: self.isServersWork.load(ordering: .relaxed))
        return self.pages.exchange(at: cursor, id: id, terms: terms) { result in
            completion(
                result.map { output in
                    switch output {
                    case .page(let page, _):
                        let next = page.next == cursor.position ? start : .from(CatchUpPlace(page.next))
                        return CatchUpPage(events: page.events.map(Self.event), next: next, isEnd: page.isEnd)
                    case .beyondServer:
                        self.isServersWork.store(false, ordering: .relaxed)
                        return CatchUpPage(next: start)
                    }
                }
            )
        }
    }

    private static func event(_ record: PositionedRecord) -> CatchUpEvent {
        let position = Position(commit: record.commitPosition, prepare: record.preparePosition)
        return CatchUpEvent(place: CatchUpPlace(position), record: record.record, position: position)
    }

    func subscribe(
        id: GUID, terms: CallTerms,
        completion: @escaping @Sendable (Result<CatchUpConfirmation, any Error>) -> Void
    ) -> Exchange {
        var subscribe = Subscribe(target: "", resolveLinks: self.pages.options.resolveLinks)
        let isServersWork = self.filter != nil && self.isServersWork.load(ordering: .relaxed)
        if isServersWork {
            subscribe.filter = self.filter?.server?.message
            subscribe.checkpointInterval = Int32(self.options.checkpointInterval)
        }
        return Exchange(subscribe, id: id, terms: terms) { result in
            completion(
                result.map { .confirmed(Self.last($0.lastCommitPosition), nil) }
                    .flatMapError { error in
                        guard isServersWork, CommonReplies.isUnknown(.filteredSubscribeToStream, to: error) else {
                            return .failure(error)
                        }
                        self.isServersWork.store(false, ordering: .relaxed)
                        return .success(.beyondServer)
                    }
            )
        }
    }

    func end(
        seenFrom start: SubscriptionStart<CatchUpPlace>, asMaster: Bool, id: GUID, terms: CallTerms,
        completion: @escaping @Sendable (Result<CatchUpEnd, any Error>) -> Void
    ) -> Exchange {
        // Forward from the end there is nothing, and the answer says where that is.
        var reading = self.pages.reading(at: .end, atMost: 1)
        reading.message.requireMaster = reading.message.requireMaster || asMaster
        reading.staysHere = asMaster
        return Exchange(reading, id: id, terms: terms) { result in
            completion(result.map { CatchUpEnd(log: CatchUpPlace($0.from)) })
        }
    }

    /// nil as long as nothing has been written.
    private static func last(_ commit: Int64) -> CatchUpPlace? {
        commit < 0 ? nil : CatchUpPlace(Position(commit: commit, prepare: commit))
    }

    func pushed(_ record: PushedRecord) -> (event: CatchUpEvent, fits: Bool)? {
        guard let position = record.position else { return nil }
        let record = PositionedRecord(
            record: record.record, commitPosition: position.commit, preparePosition: position.prepare)
        // A server that does all of the filtering has the last word: its patterns differ slightly from the client's.
        let isDecided = self.filter?.server?.isComplete ?? true && self.isServersWork.load(ordering: .relaxed)
        let isFitting = isDecided || self.filter?.matches(record) ?? true
        return (Self.event(record), isFitting)
    }

    func place(_ checkpoint: CheckpointReached) -> CatchUpPlace? {
        CatchUpPlace(Position(commit: checkpoint.commitPosition, prepare: checkpoint.preparePosition))
    }

    func beyondEnd(_ start: SubscriptionStart<CatchUpPlace>, _ end: CatchUpPlace?) -> PhotonPumpError {
        let end = end.map { "the log ends at \($0.position.commit)" } ?? "the log is empty"
        return .beyondEnd("$all", stream: self.name, start.map(\.position), end)
    }

    func words(_ place: CatchUpPlace) -> String { "at \(place.position)" }
}
