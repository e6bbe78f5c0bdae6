internal import PhotonPumpWire

/// Follows a stream by event numbers; in a stream of links, by those of the links.
struct StreamFollowing: FollowSource {
    let name: String
    private let resolveLinks: Bool
    private let pages: StreamPages

    var call: CallOptions { self.pages.options.call }
    var isFiltered: Bool { false }

    /// - Throws: ``PhotonPumpError/Code/invalidArgument`` for invalid arguments.
    init(_ stream: String, from start: SubscriptionStart<Int64>, _ options: SubscriptionOptions) throws(PhotonPumpError)
    {
        try options.check(stream: stream)
        self.name = stream
        self.resolveLinks = options.resolveLinks
        let first: StreamPosition =
            switch start {
            case .start, .end: .start
            // There is nothing to read after the largest number.
            case .after(let number): .number(number == .max ? number : number + 1)
            case .from(let number): .number(number)
            }
        let how = ReadOptions(resolveLinks: options.resolveLinks, call: options.call)
        self.pages = try StreamPages(stream, .forward, from: first, pageSize: options.pageSize, how)
    }

    func read(
        from start: SubscriptionStart<Position>, id: GUID, terms: CallTerms,
        completion: @escaping @Sendable (Result<FollowPage, any Error>) -> Void
    ) -> any OpenExchange {
        let number =
            switch start {
            case .start, .end: Int64(0)
            case .after(let place): place.number + 1
            case .from(let place): place.number
            }
        return self.pages.exchange(at: number, id: id, terms: terms) { result in
            completion(Self.page(result, from: number))
        }
    }

    private static func page(
        _ result: Result<ReadStreamEventsCompleted, any Error>, from number: Int64
    ) -> Result<FollowPage, any Error> {
        switch result {
        case .success(let reply):
            .success(
                FollowPage(
                    events: reply.events.compactMap { self.event($0, nil) },
                    next: .from(Position(number: max(number, reply.nextEventNumber))),
                    isEnd: reply.isEndOfStream,
                    end: reply.lastEventNumber < 0 ? nil : Position(number: reply.lastEventNumber)
                )
            )
        case .failure(let error as PhotonPumpError) where error.code == .streamNotFound:
            // The stream may yet be written to.
            .success(FollowPage(next: .from(Position(number: number)), isEnd: true))
        case .failure(let error):
            .failure(error)
        }
    }

    private static func event(_ record: ResolvedRecord, _ position: Position?) -> FollowEvent? {
        guard let received = record.link ?? record.event else { return nil }
        return FollowEvent(place: Position(number: received.number), record: record, position: position)
    }

    func subscribe(
        id: GUID, terms: CallTerms,
        completion: @escaping @Sendable (Result<FollowConfirmation, any Error>) -> Void
    ) -> any OpenExchange {
        let deleted = self.deletion
        return Exchange(Subscribe(target: self.name, resolveLinks: self.resolveLinks), id: id, terms: terms) { result in
            completion(
                result.flatMap { reply in
                    // Newer servers leave 0 out.
                    switch reply.lastEventNumber ?? 0 {
                    case .max: .failure(deleted)
                    case ..<0: .success(.confirmed(nil))
                    case let last: .success(.confirmed(Position(number: last)))
                    }
                }
            )
        }
    }

    func pushed(_ record: PositionedRecord) throws(PhotonPumpError) -> (event: FollowEvent, fits: Bool)? {
        let position = Position(commit: record.commitPosition, prepare: record.preparePosition)
        guard let event = Self.event(record.record, position) else { return nil }
        // The tombstone has the largest number there is.
        if event.place.number == .max { throw self.deletion }
        return (event, true)
    }

    func place(_ checkpoint: CheckpointReached) -> Position? { nil }

    func pageWasTooLarge() { self.pages.limit.wasTooLarge() }

    private var deletion: PhotonPumpError {
        PhotonPumpError(.streamDeleted, "subscribe to '\(self.name)': the stream is deleted", stream: self.name)
    }
}
