/// What a subscription has taken for its consumer, each event once and in order, and how far that brings it; pure.
struct CatchUpQueue {
    typealias Place = CatchUpPlace
    typealias Action = CatchUpAction

    /// Whether there is a filter, so that the place advances without events.
    private let isFiltered: Bool
    /// Whether each place is one more than that of the event before it.
    private let isGapless: Bool
    private let checkpointInterval: Int
    private(set) var progress: CatchUpProgress
    private(set) var buffer: CatchUpBuffer
    private var landmark: CatchUpLandmark
    /// Whether the page that is in flight begins with the last event.
    private var isLookingForLast = false
    /// The number of the client's connection that the last answer came on.
    private var connection = 0
    /// Whether the place to go on at lies beyond the end.
    private(set) var isBeyondEnd = false
    /// Events since the last checkpoint that did not match the filter.
    private var unfitting = 0

    init(
        from start: SubscriptionStart<Place>, _ options: SubscriptionOptions, isFiltered: Bool, isGapless: Bool,
        isOfLog: Bool
    ) {
        self.landmark = CatchUpLandmark(isOfLog: isOfLog)
        self.isFiltered = isFiltered
        self.isGapless = isGapless
        self.checkpointInterval = options.checkpointInterval
        self.progress = CatchUpProgress(from: start)
        self.buffer = CatchUpBuffer(
            limit: CatchUpBuffer.Size(events: options.maximumBufferedEvents, bytes: options.maximumBufferedBytes))
    }

    func status(_ phase: SubscriptionPhase, failedAttempts: Int) -> SubscriptionStatus<Place> {
        let (size, peak) = (self.buffer.size, self.buffer.peak)
        return SubscriptionStatus(
            phase: phase,
            lastPlace: self.progress.lastPlace(isWaitedFor: size.events > 0),
            knownEnd: self.progress.knownEnd,
            bufferedEvents: size.events,
            bufferedBytes: size.bytes,
            peakBufferedEvents: peak.events,
            peakBufferedBytes: peak.bytes,
            failedAttempts: failedAttempts,
            isBeyondEnd: self.isBeyondEnd
        )
    }

    // MARK: The consumer

    /// What it receives now, if it waits and there is something.
    mutating func meet(_ demand: inout Demand<[CatchUpItem]>) -> Delivery<[CatchUpItem]>? {
        if self.buffer.isEmpty { self.reportMissed() }
        let delivery = demand.meet(from: &self.buffer) { $0.take() }
        if case .batch = delivery { self.progress.gave() }
        return delivery
    }

    /// The consumer is done with the batch that it received last.
    mutating func consumed() { self.buffer.consumed() }

    mutating func append(_ marker: CatchUpItem) { self.buffer.append(marker) }

    /// Nothing that has arrived is delivered.
    mutating func discard() {
        self.buffer.discard()
        self.progress.forgetMissed()
    }

    // MARK: Reading

    /// - Returns: whether an event was new.
    mutating func take(_ page: CatchUpPage) -> Bool {
        let events = page.events.count { self.take($0) }
        self.progress.sawEnd(page.end?.last)
        if self.progress.read(to: page.next), self.isFiltered { self.buffer.append(.checkpoint(page.next)) }
        return events > 0
    }

    private mutating func take(_ event: CatchUpEvent) -> Bool {
        guard self.progress.isNew(event.place) else { return false }
        self.progress.took(event.place)
        self.landmark.took(event)
        self.buffer.append(event)
        return true
    }

    mutating func sawEnd(_ end: Place?) { self.progress.sawEnd(end) }

    // MARK: Whether it is the same server

    /// What is to be read next: behind the last event taken or, if whoever answers may be another server, from there.
    var reading: CatchUpRequest.Kind {
        if let event = self.landmark.vanished { return .look(event) }
        guard self.mustSeeLast else { return .read(self.progress.next) }
        return .read(self.landmark.start ?? self.progress.next, seesLast: true)
    }

    /// Whether the last event has yet to be seen on the server that answers now.
    var mustSeeLast: Bool { self.landmark.missing.map(self.progress.isAt) ?? false }

    /// This is requested, and nothing else is in flight.
    mutating func requests(_ kind: CatchUpRequest.Kind) {
        if case .read(_, true) = kind { self.isLookingForLast = true } else { self.isLookingForLast = false }
    }

    /// Whether nothing can be taken from a page yet, because the last event has yet to be seen: it is not on the page, or
    /// was lost sight of when the page had been requested without it.
    mutating func isMissingLast(on page: CatchUpPage) -> Bool {
        self.mustSeeLast && (!self.isLookingForLast || self.landmark.isMissing(on: page))
    }

    /// It was looked for the last event.
    ///
    /// - Returns: what was dropped.
    mutating func looked(isDropped: Bool) -> VanishedEvent? { self.landmark.looked(isDropped: isDropped) }

    /// Whoever answers next may be another server.
    mutating func lostSight() { self.landmark.lost() }

    /// The same, if this is another connection of the client's than so far.
    mutating func hears(on connection: Int) {
        guard connection > self.connection else { return }
        self.connection = connection
        self.lostSight()
    }

    /// What is in the place of the last event taken, if that is another one.
    mutating func replacement(on page: CatchUpPage) -> Replacement? {
        self.landmark.replacement(among: page.events, end: page.end?.last)
    }

    mutating func replacement(by event: CatchUpEvent) -> Replacement? { self.landmark.replacement(among: [event]) }

    // MARK: Going live

    /// Nothing is to be read before the events that are pushed after this place.
    mutating func begin(after boundary: Place?) {
        self.progress.began(after: boundary)
        self.buffer.append(.checkpoint(self.progress.next))
    }

    /// An event was pushed too early to be taken.
    ///
    /// - Returns: false if there is no room for it.
    mutating func hold(_ event: CatchUpEvent, fits: Bool) -> Bool {
        self.buffer.hold(upTo: event.place)
        guard fits else { return true }
        guard self.buffer.hasRoom(for: event) else { return false }
        self.buffer.hold(event)
        return true
    }

    /// The same for a place up to which nothing fits.
    mutating func hold(upTo place: Place) { self.buffer.hold(upTo: place) }

    /// - Parameter boundary: everything up to this place was read.
    /// - Returns: whether an event that was held back was taken.
    mutating func goLive(_ boundary: Place?) -> Bool {
        self.progress.readAll(upTo: boundary)
        self.isBeyondEnd = false
        self.buffer.append(.live)
        return self.takeHeld()
    }

    /// Takes what was pushed before it could be.
    ///
    /// - Returns: whether there was a new event among it.
    mutating func takeHeld() -> Bool {
        let (held, place) = self.buffer.release()
        var hasTaken = false
        for event in held where self.take(event) {
            self.progress.came(to: event.place)
            hasTaken = true
        }
        guard self.isFiltered, let place, self.progress.isNew(place) else { return hasTaken }
        self.progress.came(to: place)
        self.buffer.append(.checkpoint(self.progress.next))
        return hasTaken
    }

    /// Nothing that is held back will be taken.
    mutating func letGo() { _ = self.buffer.release() }

    /// - Parameter isFinal: whether nobody is asked any more whether that is so.
    mutating func goBeyond(_ end: CatchUpEnd, isFinal: Bool) -> [Action] {
        let place = self.progress.place(beyond: end)
        self.isBeyondEnd = true
        // It is announced then that what was delivered is not there.
        if isFinal { self.landmark.forget() } else { self.lostSight() }
        self.progress.foundBeyond(end)
        self.buffer.append(.beyondEnd(place, end: end.last))
        return [.announce(.beyondEnd(place, end: end.last))]
    }

    /// Whether an event that is pushed shows that others, written before it, were not.
    func isMissingEvents(before place: Place) -> Bool {
        self.isGapless && self.progress.isGap(before: place, after: self.buffer.heldPlace)
    }

    // MARK: Live

    /// Takes an event for which there is room.
    mutating func push(_ event: CatchUpEvent) -> [Action] {
        let actions = self.overtaken()
        self.reportMissed()
        if self.take(event) { self.progress.came(to: event.place) }
        return actions
    }

    /// Leaves an event out.
    mutating func miss(_ event: CatchUpEvent) { self.progress.miss(event.place) }

    /// An event that does not fit was pushed.
    mutating func pass(_ place: Place) -> [Action] {
        guard let actions = self.come(to: place) else { return [] }
        self.unfitting += 1
        if self.unfitting >= self.checkpointInterval {
            self.unfitting = 0
            self.buffer.append(.checkpoint(self.progress.next))
        }
        return actions
    }

    /// There is nothing that fits up to this place.
    mutating func reach(_ place: Place) -> [Action] {
        guard self.progress.isNew(place) || self.progress.isAt(place) else { return [] }
        self.progress.sawEnd(place)
        guard let actions = self.come(to: place) else { return [] }
        self.buffer.append(.checkpoint(self.progress.next))
        return actions
    }

    /// - Returns: nil if there are missed events before it, which come first.
    private mutating func come(to place: Place) -> [Action]? {
        if self.progress.isMissing {
            self.progress.passedMissing(to: place)
            return nil
        }
        let actions = self.overtaken()
        self.progress.came(to: place)
        return actions
    }

    /// Something new was pushed: if the place to go on at lay beyond the end, it does no longer.
    private mutating func overtaken() -> [Action] {
        guard self.isBeyondEnd else { return [] }
        self.isBeyondEnd = false
        self.buffer.append(.live)
        return [.announce(.resumed(self.progress.next)), .announce(.live)]
    }

    private mutating func reportMissed() {
        if let gap = self.progress.passMissed() { self.buffer.append(gap) }
    }

    // MARK: Going back

    /// Reading goes on, after the last event taken.
    mutating func goBack() {
        self.letGo()
        self.progress.wentBack()
        self.isBeyondEnd = false
        self.buffer.append(.fellBehind)
    }

    /// Everything begins again with the first event.
    mutating func startOver(before end: CatchUpEnd) {
        self.landmark.forget()
        self.progress.startOver(before: end)
    }
}
