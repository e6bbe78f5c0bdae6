internal import PhotonPumpWire

/// Delivers a stream or `$all` from some place on: decides when to read history, when to subscribe, and what to do when
/// the consumer is slow or the connection is lost; pure.
///
/// ```
/// reading ─ end of what is there ▶ subscribing ─ confirmed ▶ closingGap ─ all read ▶ (findingEnd) ▶ live
///    ▲                                                          │                                    │
///    └───────────── connection lost, dropped, buffer full, gap ─┴────────────────────────────────────┘
/// ```
/// Events written between the last page and the confirmation are read after the confirmation, and events pushed in the
/// meantime are held back until then. Each event is taken once, as its place lies after that of the last one taken.
///
/// It goes live only where the end is known to lie behind what was confirmed, and not before the place to go on at. In
/// the latter case the server is not the one that the place is from, or not yet: ``SubscriptionOptions/BeyondEnd``.
struct CatchUpState {
    typealias Place = CatchUpPlace
    typealias Action = CatchUpAction

    private let options: SubscriptionOptions
    private let errors: CatchUpErrors
    private let newID: @Sendable () -> GUID
    private var phase: CatchUpPhase
    private var queue: CatchUpQueue
    private var retries = CatchUpRetries()
    private var demand = Demand<[CatchUpItem]>()
    /// The request in flight, and what the server pushes under.
    private var (request, subscription): (GUID?, GUID?) = (nil, nil)
    /// Whether nothing has arrived since it was last looked.
    private var isQuiet = true

    /// - Parameters:
    ///   - isGapless: whether a place that is pushed shows that another one was not.
    ///   - newID: makes the id of a request.
    init(
        from start: SubscriptionStart<Place>, _ options: SubscriptionOptions, isFiltered: Bool, isGapless: Bool = false,
        isOfLog: Bool = false, errors: CatchUpErrors, newID: @escaping @Sendable () -> GUID
    ) {
        (self.options, self.errors, self.newID) = (options, errors, newID)
        self.queue = CatchUpQueue(from: start, options, isFiltered: isFiltered, isGapless: isGapless, isOfLog: isOfLog)
        self.phase = start == .end ? .subscribing : .reading
    }

    var status: SubscriptionStatus<Place> {
        self.queue.status(self.phase.name(isBeyondEnd: self.queue.isBeyondEnd), failedAttempts: self.retries.failures)
    }

    /// Whether the request with this id is in flight.
    func awaits(_ id: GUID) -> Bool { self.request == id }

    /// Whether what is pushed under this id is wanted.
    func isSubscribed(_ id: GUID) -> Bool { self.subscription == id }

    // MARK: The consumer

    /// It is time to begin.
    mutating func begin() -> [Action] {
        guard case .reading = self.phase else { return self.proceed() }
        return [.announce(.readingHistory(from: self.queue.progress.next))] + self.proceed()
    }

    /// The consumer wants the next batch.
    mutating func demanded() -> [Action] {
        self.demand.open()
        self.queue.consumed()
        return self.proceed()
    }

    /// The consumer's task is cancelled.
    mutating func cancelled() -> [Action] {
        self.queue.discard()
        let actions = self.conclude(nil)
        self.demand.end(CancellationError())
        return actions + self.proceed()
    }

    /// The client was closed or, with nil, the consumer wants no more events: what has arrived is not delivered.
    mutating func closed(_ error: PhotonPumpError?) -> [Action] {
        self.queue.discard()
        return self.end(error)
    }

    /// It is time to look whether anything has arrived since this was last called.
    mutating func livenessDue() -> [Action] {
        defer { self.isQuiet = true }
        guard case .live = self.phase, self.isQuiet else { return [] }
        return [.announce(.stillLive)]
    }

    // MARK: What was requested

    /// What comes next comes on this connection of the client's, which repeats requests that were not answered on another.
    mutating func hears(on connection: Int) { self.queue.hears(on: connection) }

    /// A page has arrived.
    mutating func received(_ page: CatchUpPage, _ id: GUID) -> [Action] {
        guard self.answers(id) else { return [] }
        self.isQuiet = false
        if self.queue.isMissingLast(on: page) { return self.proceed() }
        if let event = self.queue.replacement(on: page) { return self.end(self.errors.replaced(event)) }
        let (resumed, hasTaken) = ([Action.announce(.resumed(self.queue.progress.next))], self.queue.take(page))
        if hasTaken { self.retries.progressed() }
        // An empty page at the end does not tell whether the place lies beyond it.
        let actions = (hasTaken || !page.isEnd) && self.retries.resumed() ? resumed : []
        switch self.phase {
        case .reading where page.isEnd: self.phase = .subscribing
        case .closingGap(let place, let seen) where page.isEnd || self.queue.progress.isBehind(place):
            return actions + self.readAll(upTo: place, page.end ?? (self.queue.progress.isBehind(place) ? nil : seen))
        case .closingGap: return (self.retries.caughtUp() ? resumed : actions) + self.proceed()
        case .reading, .subscribing, .findingEnd, .doubting, .live, .over: break
        }
        return actions + self.proceed()
    }

    /// It was looked for the event taken last, which was not where it was.
    mutating func looked(isDropped: Bool, _ id: GUID) -> [Action] {
        guard self.answers(id) else { return [] }
        return self.queue.looked(isDropped: isDropped).map { self.end(self.errors.vanished($0)) } ?? self.proceed()
    }

    /// The server pushes under this id what is written after this place; nil if nothing had been written.
    ///
    /// - Parameter end: where it ends, if the place tells.
    mutating func confirmed(_ boundary: Place?, _ end: CatchUpEnd?, _ id: GUID) -> [Action] {
        guard case .subscribing = self.phase, self.answers(id) else { return [] }
        self.subscription = id
        self.queue.sawEnd(boundary)
        if self.queue.progress.next == .end {
            self.queue.begin(after: boundary)
            return self.goLive(boundary) + self.proceed()
        }
        self.phase = .closingGap(boundary)
        if let boundary { self.queue.hold(upTo: boundary) }
        return self.queue.progress.isBehind(boundary) ? self.readAll(upTo: boundary, end) : self.proceed()
    }

    /// The end was asked for.
    mutating func found(_ end: CatchUpEnd, _ id: GUID) -> [Action] {
        guard self.answers(id) else { return [] }
        switch self.phase {
        case .findingEnd(let boundary?) where self.queue.progress.mustReadAgain(upTo: boundary, before: end):
            self.phase = .closingGap(boundary, seen: end)
            return self.proceed()
        case .findingEnd(let boundary): return self.readAll(upTo: boundary, end)
        case .doubting where !self.queue.progress.isBeyond(end):
            // It may have grown beyond the place since, with other events.
            if self.queue.mustSeeLast { return self.readAll(upTo: nil, end) }
            _ = self.retries.resumed()
            return [.announce(.resumed(self.queue.progress.next))] + self.goLive(nil) + self.proceed()
        case .doubting(_, asMaster: false) where self.retries.doubted():
            self.phase = .doubting(end, asMaster: true)
            return self.proceed()
        case .doubting: return self.act(on: end)
        case .reading, .subscribing, .closingGap, .live, .over: return self.proceed()
        }
    }

    /// The master was asked for the end, but this node is none.
    mutating func foundNoMaster(_ id: GUID) -> [Action] {
        guard self.answers(id) else { return [] }
        if case .doubting(let end, _) = self.phase { self.phase = .doubting(end, asMaster: false) }
        return self.proceed()
    }

    /// What was requested must be requested in another way.
    mutating func mustAskAgain(_ id: GUID) -> [Action] { self.answers(id) ? self.proceed() : [] }

    /// What was requested will not arrive.
    mutating func failed(_ error: PhotonPumpError, _ id: GUID) -> [Action] {
        guard self.awaits(id) else { return [] }
        self.request = nil
        self.queue.lostSight()
        // A consumer that waits for new events must learn that the subscription has not begun.
        guard error.code.isPassing, self.queue.progress.next != .end, let attempt = self.retries.failed(error.code)
        else { return self.end(error) }
        return [.announce(.interrupted(attempt: attempt, cause: error))] + self.proceed()
    }

    // MARK: What is pushed

    /// An event was written; the consumer receives it with the next ``proceed()``, together with others.
    ///
    /// - Parameter fits: whether it matches the filter.
    mutating func appeared(_ event: CatchUpEvent, fits: Bool = true, _ id: GUID) -> [Action] {
        guard self.isSubscribed(id) else { return [] }
        self.isQuiet = false
        self.queue.sawEnd(event.place)
        guard self.queue.progress.isNew(event.place) else {
            return self.queue.replacement(by: event).map { self.end(self.errors.replaced($0)) } ?? []
        }
        if self.phase.takesPushes, self.queue.isMissingEvents(before: event.place) {
            return self.readBack(because: .missing(before: event.place.number))
        }
        switch self.phase {
        case .live where fits:
            guard self.queue.buffer.hasRoom(for: event) else { return self.overflow(event) }
            self.retries.progressed()
            return self.then(self.queue.push(event))
        case .live: return self.then(self.queue.pass(event.place))
        case .closingGap, .findingEnd, .doubting: return self.queue.hold(event, fits: fits) ? [] : self.readBack()
        case .reading, .subscribing, .over: return []
        }
    }

    /// The filtering server has considered everything up to this place.
    mutating func reached(_ place: Place) -> [Action] {
        switch self.phase {
        case .closingGap, .findingEnd, .doubting: self.queue.hold(upTo: place)
        case .live: return self.then(self.queue.reach(place))
        case .reading, .subscribing, .over: break
        }
        return []
    }

    /// Something arrived that ends what is pushed under this id.
    mutating func dropped(_ error: PhotonPumpError, _ id: GUID) -> [Action] {
        [.unsubscribe(id)] + (self.isSubscribed(id) ? self.interrupted(error) : [])
    }

    /// Nothing more is pushed, because the connection was lost or the server says so.
    mutating func interrupted(_ error: PhotonPumpError) -> [Action] {
        self.subscription = nil
        switch self.phase {
        case .reading, .subscribing, .over: return []
        case .closingGap, .findingEnd, .doubting, .live:
            return error.code.isPassing ? self.readBack(because: error) : self.end(error)
        }
    }

    /// Delivers what has arrived, if the consumer waits, and requests what is missing.
    mutating func proceed() -> [Action] {
        let delivery = self.queue.meet(&self.demand)
        var actions: [Action] = []
        if self.request == nil, let request = self.phase.request(self.queue, self.retries) {
            let id = self.newID()
            self.request = id
            self.queue.requests(request.kind)
            actions.append(.request(request, id))
        }
        if let delivery { actions.append(.deliver(delivery)) }
        return actions
    }

    /// - Returns: whether what has come under this id answers the request in flight, which it is no longer then.
    private mutating func answers(_ id: GUID) -> Bool {
        guard self.awaits(id) else { return false }
        self.request = nil
        self.retries.succeeded()
        return true
    }

    /// - Parameter actions: those that cannot wait for the next ``proceed()``, if there are any.
    private mutating func then(_ actions: [Action]) -> [Action] { actions.isEmpty ? [] : actions + self.proceed() }

    // MARK: Going live

    /// Everything up to `boundary` was read, or as much of it as reads return.
    ///
    /// - Parameter end: where it ends as far as reads know; nil if that has yet to be asked.
    private mutating func readAll(upTo boundary: Place?, _ end: CatchUpEnd?) -> [Action] {
        guard let end else {
            self.phase = .findingEnd(boundary)
            return self.proceed()
        }
        let lags = boundary.map { end.next.main <= $0.main } ?? false
        if !lags, self.queue.progress.isBeyond(end) { return self.goBeyond(end) + self.proceed() }
        if !lags, !self.queue.mustSeeLast { return self.goLive(boundary) + self.proceed() }
        // What the server returns to a reader lags behind what it confirms to a subscriber, or what it says of its end.
        self.phase = .closingGap(boundary)
        guard self.retries.fellShort(), let boundary else { return self.proceed() }
        self.queue.append(.readsLag(upTo: boundary))
        return [.announce(.readsLag(upTo: boundary))] + self.proceed()
    }

    /// Everything up to `boundary` was read.
    private mutating func goLive(_ boundary: Place?) -> [Action] {
        let (wasInterrupted, hasLagged) = (self.retries.resumed(), self.retries.caughtUp())
        let resumed = [Action.announce(.resumed(self.queue.progress.next))]
        self.phase = .live
        if self.queue.goLive(boundary) { self.retries.progressed() }
        return (wasInterrupted || hasLagged ? resumed : []) + [.announce(.live)]
    }

    private mutating func goBeyond(_ end: CatchUpEnd) -> [Action] {
        let actions = self.queue.goBeyond(end, isFinal: self.options.beyondEnd == .wait)
        self.retries.caughtUp()
        if self.options.beyondEnd != .wait {
            self.phase = .doubting(end, asMaster: true)
        } else {
            // What comes next announces it.
            _ = self.retries.resumed()
            self.phase = .live
            if self.queue.takeHeld() { self.retries.progressed() }
        }
        return actions
    }

    /// There is no doubt about this end.
    private mutating func act(on end: CatchUpEnd) -> [Action] {
        guard self.options.beyondEnd == .startOver else {
            return self.end(self.errors.beyondEnd(self.queue.progress.place(beyond: end), end.last))
        }
        self.goBack()
        self.queue.startOver(before: end)
        return [.announce(.readingHistory(from: .start))] + self.unsubscribe() + self.proceed()
    }

    private mutating func overflow(_ event: CatchUpEvent) -> [Action] {
        switch self.options.overflow {
        case .readBack: return self.readBack()
        case .leaveGap:
            self.queue.miss(event)
            return []
        case .fail: return self.end(self.queue.buffer.overflow)
        }
    }

    private mutating func readBack(_ reason: SubscriptionChange<Place> = .fellBehind) -> [Action] {
        self.goBack()
        return [.announce(reason), .announce(.readingHistory(from: self.queue.progress.next))]
            + self.unsubscribe() + self.proceed()
    }

    private mutating func readBack(because error: PhotonPumpError) -> [Action] {
        let attempt = self.retries.lost()
        self.queue.lostSight()
        return self.readBack(.interrupted(attempt: attempt, cause: error))
    }

    /// Returns to reading, after the last event taken.
    private mutating func goBack() {
        self.queue.goBack()
        self.retries.caughtUp()
        self.phase = .reading
    }

    private mutating func unsubscribe() -> [Action] { self.subscription.take().map { [.unsubscribe($0)] } ?? [] }

    private mutating func end(_ error: PhotonPumpError?) -> [Action] { self.conclude(error) + self.proceed() }

    private mutating func conclude(_ error: PhotonPumpError?) -> [Action] {
        if case .over = self.phase { return [] }
        self.queue.letGo()
        self.phase = .over
        self.demand.end(error)
        defer { self.request = nil }
        return [.announce(.ended(error))] + (self.request.map { [.abandon($0)] } ?? []) + self.unsubscribe()
    }
}
