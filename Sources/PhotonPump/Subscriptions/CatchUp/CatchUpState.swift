internal import PhotonPumpWire

/// Follows a stream or `$all` from some place on: decides when to read history, when to subscribe, and what to do when
/// the consumer is slow or the connection is lost; pure.
///
/// ```
/// reading ─ end of what is there ▶ subscribing ─ confirmed ▶ closingGap ─ all read ▶ (findingEnd) ▶ live
///    ▲                                                          │                                    │
///    └───────────── connection lost, dropped, buffer full ──────┴────────────────────────────────────┘
/// ```
/// Events written between the last page and the confirmation are read after the confirmation, and events pushed in the
/// meantime are held back until then. Each event is taken once, because its place lies after that of the last one
/// taken.
///
/// It goes live only where the end is known to lie behind what was confirmed, and not before the place to go on at. In
/// the latter case the server is not the one that the place is from, or not yet: ``SubscriptionOptions/BeyondEnd``.
struct CatchUpState {
    typealias Place = CatchUpPlace
    typealias Start = SubscriptionStart<Place>
    typealias Change = SubscriptionChange<Place>

    /// What to do after an event, in this order.
    struct Actions {
        var changes: [Change] = []
        /// What the waiting consumer receives.
        var deliver: Delivery<[CatchUpItem]>?
        /// Whether to unsubscribe, because pushed events are no longer wanted.
        var unsubscribes = false
        var request: Request?
    }

    struct Request: Equatable {
        enum Kind: Equatable {
            case read(Start)
            case subscribe
            /// Ask where the end is, seen from this place; only the master, if so.
            case end(Start, asMaster: Bool)
        }

        let kind: Kind
        /// The number of failed attempts so far; if there are any, there is a pause before this one.
        let failures: Int
        /// How often it has just been made without finding all that should be there; this, too, leads to a pause.
        var rereads = 0
    }

    enum Phase {
        /// Exits: subscribing, over.
        case reading
        /// Exits: closingGap, live, over.
        case subscribing
        /// Reading up to this place, while the server already pushes. Exits: findingEnd, live, doubting, reading, over.
        case closingGap(Place?)
        /// All that there is up to this place was read; asking where the end is. Exits: closingGap, live, doubting,
        /// reading, over.
        case findingEnd(Place?)
        /// The place to go on at lies beyond this end; asking whether the master says so, too. Exits: live, reading,
        /// over.
        case doubting(CatchUpEnd, asMaster: Bool)
        /// Exits: reading, over.
        case live
        case over
    }

    struct Limits {
        let events: Int
        let bytes: Int
        let overflow: SubscriptionOptions.Overflow
        var beyondEnd = SubscriptionOptions.BeyondEnd.fail
        let checkpointInterval: Int
    }

    /// After this many the problem is considered permanent; that takes about twenty seconds.
    static let mostServerErrors = 20
    /// After this many, in about two seconds, it is announced that reads lag behind what the server has confirmed.
    static let tacitRereads = 30
    /// How often a follower whose end is too early may be asked whether it is the master; that takes half a minute, in
    /// which a lagging one usually catches up.
    static let mostDoubts = 60

    let limits: Limits
    let reportsCheckpoints: Bool
    /// The error for a place to go on at that lies beyond the end.
    let beyondEnd: @Sendable (Start, Place?) -> PhotonPumpError
    var phase: Phase
    /// Where to continue reading.
    var next: Start
    /// Nothing before this is wanted.
    var first: Place?
    /// The place after which the subscription began if nothing was read. The server guarantees that pushed events lie
    /// after it.
    var base: Place?
    /// The last event taken.
    var last: Place?
    var knownEnd: Place?
    var failures = 0
    var isInterrupted = false
    /// How often in a row the server has refused the same request with a failure of its own.
    var serverErrors = 0
    /// Losses since the last event.
    var idleLosses = 0
    /// Answers in a row that did not reach what they should.
    var rereads = 0
    /// Whether it was announced that reads lag.
    var isLagging = false
    /// Whether the place to go on at lies beyond the end.
    var isBeyondEnd = false
    /// Whether a request is in flight.
    var isBusy = false
    /// Of the consumer.
    var demand = Demand<[CatchUpItem]>()
    var ready = CatchUpBuffer()
    /// Events that were pushed before everything that precedes them was read.
    var held: [CatchUpEvent] = []
    var heldBytes = 0
    /// How far they reach, with those that do not match the filter.
    var heldPlace: Place?
    /// The most events, and bytes, that were in both buffers together.
    var peak = (events: 0, bytes: 0)
    /// What the consumer received last, and may not have looked at yet.
    var inHand = (events: 0, bytes: 0)
    /// The last event that the consumer received.
    var given: Place?
    /// Events left out because the buffer was full, and the last place that was considered.
    var missed: (count: Int, last: Place)?
    /// Events since the last checkpoint that did not match the filter.
    var unfitting = 0

    /// - Parameter reportsCheckpoints: whether there is a filter, so that the place advances without events.
    init(
        from start: Start, limits: Limits, reportsCheckpoints: Bool,
        beyondEnd: @escaping @Sendable (Start, Place?) -> PhotonPumpError
    ) {
        self.next = start
        if case .from(let place) = start { self.first = place } else { self.first = nil }
        if case .after(let place) = start { (self.last, self.given) = (place, place) }
        self.limits = limits
        self.reportsCheckpoints = reportsCheckpoints
        self.beyondEnd = beyondEnd
        self.phase = start == .end ? .subscribing : .reading
    }

    // MARK: The consumer

    /// It is time to begin.
    mutating func begin() -> Actions {
        var changes: [Change] = []
        if case .reading = self.phase { changes.append(.readingHistory(from: self.next)) }
        return self.settle(changes)
    }

    /// The consumer wants the next batch.
    mutating func demanded() -> Actions {
        self.demand.open()
        self.inHand = (0, 0)
        return self.settle()
    }

    /// The consumer's task is cancelled.
    mutating func cancelled() -> Actions {
        self.discard()
        return self.end(nil, telling: CancellationError())
    }

    /// The consumer wants no more events.
    mutating func stop() -> Actions {
        self.discard()
        return self.end(nil)
    }

    /// The client was closed: what has arrived is not delivered.
    mutating func closed(_ error: PhotonPumpError) -> Actions {
        self.discard()
        return self.end(error)
    }

    // MARK: What was requested

    /// A page has arrived.
    ///
    /// - Parameter end: where it ends, if the server reports that.
    mutating func received(_ events: [CatchUpEvent], next: Start, isEnd: Bool, end: CatchUpEnd?) -> Actions {
        if case .over = self.phase { return Actions() }
        var changes = self.succeeded()
        for event in events { self.take(event) }
        self.note(end: end?.last)
        if self.next != next {
            self.next = next
            if self.reportsCheckpoints { self.ready.append(.checkpoint(next)) }
        }
        switch self.phase {
        case .reading where isEnd: self.phase = .subscribing
        case .closingGap(let boundary) where isEnd || self.isBehind(boundary):
            return self.readUpTo(boundary, end, changes)
        case .closingGap: changes += self.caughtUp()
        case .reading, .subscribing, .findingEnd, .doubting, .live, .over: break
        }
        return self.settle(changes)
    }

    /// From now on the server pushes what is written after this place; nil if nothing had been written.
    ///
    /// - Parameter end: where it ends, if the place tells.
    mutating func confirmed(_ boundary: Place?, _ end: CatchUpEnd?) -> Actions {
        guard case .subscribing = self.phase else { return Actions() }
        let changes = self.succeeded()
        self.note(end: boundary)
        if self.next == .end {
            self.base = boundary
            self.next = boundary.map(Start.after) ?? .start
            self.ready.append(.checkpoint(self.next))
            return self.settle(changes + self.goLive(boundary))
        }
        self.phase = .closingGap(boundary)
        guard self.isBehind(boundary) else { return self.settle(changes) }
        return self.readUpTo(boundary, end, changes)
    }

    /// What was requested must be requested in another way.
    mutating func askAgain() -> Actions {
        self.isBusy = false
        return self.settle()
    }

    /// What was requested will not arrive.
    mutating func failed(_ error: PhotonPumpError) -> Actions {
        self.isBusy = false
        if case .over = self.phase { return Actions() }
        // A consumer that waits for new events must learn that the subscription has not begun.
        guard error.code.isPassing, self.next != .end else { return self.end(error) }
        self.serverErrors = error.code == .serverError ? self.serverErrors + 1 : 0
        guard self.serverErrors < Self.mostServerErrors else { return self.end(error) }
        return self.settle(self.noteFailure(error))
    }

    // MARK: What is pushed

    /// An event was written; the consumer receives it with the next ``settle()``, together with others.
    ///
    /// - Parameter fits: whether it matches the filter.
    /// - Returns: what to do at once; usually nil, for nothing.
    mutating func appeared(_ event: CatchUpEvent, fits: Bool = true) -> Actions? {
        self.note(end: event.place)
        switch self.phase {
        case .live:
            guard self.isNew(event.place) else { return nil }
            if fits {
                if !self.hasRoom(for: event) { return self.overflow(event) }
                let changes = self.overtaken()
                self.reportMissed()
                self.take(event)
                self.next = .after(event.place)
                if !changes.isEmpty { return self.settle(changes) }
            } else if self.missed != nil {
                // Earlier events that were left out have yet to be reported, or read after a loss.
                self.missed?.last = event.place
            } else {
                let changes = self.overtaken()
                self.last = event.place
                self.next = .after(event.place)
                self.passOver()
                if !changes.isEmpty { return self.settle(changes) }
            }
            return nil
        case .closingGap, .findingEnd, .doubting:
            guard self.isNew(event.place) else { return nil }
            self.heldPlace = event.place
            guard fits else { return nil }
            if !self.hasRoom(for: event) { return self.readBack() }
            self.held.append(event)
            self.heldBytes += event.record.byteCount
            self.notePeak()
            return nil
        case .reading, .subscribing, .over:
            return nil
        }
    }

    /// The filtering server has considered everything up to this place.
    ///
    /// - Returns: as ``appeared(_:fits:)`` does.
    mutating func reached(_ place: Place) -> Actions? {
        switch self.phase {
        case .closingGap, .findingEnd, .doubting:
            self.heldPlace = place
            return nil
        case .live:
            guard self.isNew(place) || place == self.last else { return nil }
            self.note(end: place)
            guard self.missed == nil else {
                self.missed?.last = place
                return nil
            }
            let changes = self.overtaken()
            self.last = place
            self.next = .after(place)
            self.ready.append(.checkpoint(self.next))
            return changes.isEmpty ? nil : self.settle(changes)
        case .reading, .subscribing, .over:
            return nil
        }
    }

    /// Delivers what has arrived to the consumer, if it is waiting.
    mutating func settle() -> Actions { self.settle([]) }

    /// Nothing more is pushed, because the connection was lost or the server says so.
    mutating func interrupted(_ error: PhotonPumpError) -> Actions {
        switch self.phase {
        case .reading, .subscribing, .over:
            return Actions()
        case .closingGap, .findingEnd, .doubting, .live:
            guard error.code.isPassing else { return self.end(error) }
            // If a server confirms and drops with no event in between, it must not be asked ever faster.
            self.failures = self.idleLosses
            self.idleLosses += 1
            self.goBack()
            return self.settle(self.noteFailure(error) + [.readingHistory(from: self.next)])
        }
    }
}
