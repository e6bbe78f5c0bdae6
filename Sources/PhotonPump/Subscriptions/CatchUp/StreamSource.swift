internal import PhotonPumpWire

/// Follows a stream by event numbers; in a stream of links, by those of the links.
struct StreamSource: CatchUpSource {
    let name: String
    private let resolveLinks: Bool
    private let pages: StreamPages

    var call: CallOptions { self.pages.options.call }
    var isFiltered: Bool { false }
    var isGapless: Bool { true }
    var isOfLog: Bool { false }
    var pagesTellEnd: Bool { true }

    /// - Throws: ``PhotonPumpError/Code/invalidArgument`` for invalid arguments.
    init(_ stream: String, from start: SubscriptionStart<Int64>, _ options: SubscriptionOptions) throws(PhotonPumpError)
    {
        try options.check(stream: stream)
        self.name = stream
        self.resolveLinks = options.resolveLinks ?? false
        let first: StreamPosition =
            switch start {
            case .start, .end: .start
            // There is nothing to read after the largest number.
            case .after(let number): .number(number == .max ? number : number + 1)
            case .from(let number): .number(number)
            }
        let how = ReadOptions(resolveLinks: self.resolveLinks, call: options.call)
        self.pages = try StreamPages(
            stream, .forward, from: first, pageSize: options.pageSize ?? Arguments.usualPage,
            targetBytes: options.pageBytes, how)
    }

    func read(
        from start: SubscriptionStart<CatchUpPlace>, seesLast: Bool, id: GUID, terms: CallTerms,
        completion: @escaping @Sendable (Result<CatchUpPage, any Error>) -> Void
    ) -> Exchange {
        let number = Self.number(start)
        let first = seesLast ? max(0, number - 1) : number
        return self.pages.exchange(at: first, findsNothing: true, id: id, terms: terms) { result in
            completion(result.map { Self.page($0, from: number) })
        }
    }

    private static func number(_ start: SubscriptionStart<CatchUpPlace>) -> Int64 {
        switch start {
        case .start, .end: 0
        case .after(let place): place.number + 1
        case .from(let place): place.number
        }
    }

    func end(
        seenFrom start: SubscriptionStart<CatchUpPlace>, asMaster: Bool, id: GUID, terms: CallTerms,
        completion: @escaping @Sendable (Result<CatchUpEnd, any Error>) -> Void
    ) -> Exchange {
        var reading = self.pages.reading(at: Self.number(start), atMost: 1)
        reading.findsNothing = true
        reading.message.requireMaster = reading.message.requireMaster || asMaster
        reading.staysHere = asMaster
        return Exchange(reading, id: id, terms: terms) { result in
            completion(result.map { CatchUpEnd(lastNumber: $0.lastEventNumber) })
        }
    }

    /// A stream that is not there, or was deleted, may yet be written to; its numbers go on.
    private static func page(_ reply: ReadStreamEventsCompleted, from number: Int64) -> CatchUpPage {
        CatchUpPage(
            events: reply.events.compactMap { self.event($0, nil) },
            next: .from(CatchUpPlace(number: max(number, reply.nextEventNumber))),
            isEnd: reply.isEndOfStream || reply.result == .noStream,
            end: CatchUpEnd(lastNumber: reply.lastEventNumber)
        )
    }

    private static func event(_ record: ResolvedRecord, _ position: Position?) -> CatchUpEvent? {
        guard let received = record.link ?? record.event else { return nil }
        return CatchUpEvent(place: CatchUpPlace(number: received.number), record: record, position: position)
    }

    func subscribe(
        id: GUID, terms: CallTerms,
        completion: @escaping @Sendable (Result<CatchUpConfirmation, any Error>) -> Void
    ) -> Exchange {
        let deleted = self.deletion
        return Exchange(Subscribe(target: self.name, resolveLinks: self.resolveLinks), id: id, terms: terms) { result in
            completion(
                result.flatMap { reply in
                    // Newer servers leave 0 out.
                    let last = reply.lastEventNumber ?? 0
                    if last == .max { return .failure(deleted) }
                    let end = CatchUpEnd(lastNumber: last)
                    return .success(.confirmed(end.last, end))
                }
            )
        }
    }

    func pushed(_ record: PushedRecord) throws(PhotonPumpError) -> (event: CatchUpEvent, fits: Bool)? {
        let position = record.position.map { Position(commit: $0.commit, prepare: $0.prepare) }
        guard let event = Self.event(record.record, position) else { return nil }
        // The tombstone has the largest number there is.
        if event.place.number == .max { throw self.deletion }
        return (event, true)
    }

    func place(_ checkpoint: CheckpointReached) -> CatchUpPlace? { nil }

    func beyondEnd(_ start: SubscriptionStart<CatchUpPlace>, _ end: CatchUpPlace?) -> PhotonPumpError {
        let end = end.map { "its last event is \($0.number)" } ?? "it has no events"
        return .beyondEnd(
            "'\(self.name)'", stream: self.name, start.map(\.number), end)
    }

    func words(_ place: CatchUpPlace) -> String { "\(place.number)" }

    private var deletion: PhotonPumpError {
        PhotonPumpError(
            .streamDeleted, "the stream is deleted", during: "subscribe to '\(self.name)'", stream: self.name)
    }
}
