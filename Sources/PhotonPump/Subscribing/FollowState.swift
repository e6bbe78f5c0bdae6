internal import PhotonPumpWire

/// Follows a stream or `$all` from some place on: decides when to read history, when to subscribe, and what to do when
/// the consumer is slow or the connection is lost; pure.
///
/// ```
/// reading ─ end of what is there ▶ subscribing ─ confirmed ▶ closingGap ─ all read ▶ live
///    ▲                                                          │                     │
///    └───────────── connection lost, dropped, buffer full ──────┴─────────────────────┘
/// ```
/// Events written between the last page and the confirmation are read after the confirmation, and events pushed in the
/// meantime are held back until then. Each event is taken once, because its place lies after that of the last one
/// taken.
struct FollowState {
    typealias Place = Position
    typealias Start = SubscriptionStart<Place>
    typealias Change = SubscriptionChange<Place>

    /// What to do after an event, in this order.
    struct Actions {
        var changes: [Change] = []
        /// What the waiting consumer receives.
        var deliver: Delivery?
        /// Whether to unsubscribe, because pushed events are no longer wanted.
        var unsubscribes = false
        var request: Request?
    }

    enum Delivery {
        case batch([FollowItem])
        case end
        case error(any Error)
    }

    struct Request: Equatable {
        enum Kind: Equatable {
            case read(Start)
            case subscribe
        }

        let kind: Kind
        /// The number of failed attempts so far; if there are any, there is a pause before this one.
        let failures: Int
        /// How often it has just been made without finding all that must be there; this, too, leads to a pause.
        var rereads = 0
    }

    enum Phase {
        /// Exits: subscribing, over.
        case reading
        /// Exits: closingGap, live, over.
        case subscribing
        /// Reading up to this place, while the server already pushes. Exits: live, reading, over.
        case closingGap(Place?)
        /// Exits: reading, over.
        case live
        case over(PhotonPumpError?)
    }

    struct Limits {
        let events: Int
        let bytes: Int
        let overflow: SubscriptionOptions.Overflow
        let checkpointInterval: Int
    }

    /// After this many the problem is considered permanent; that takes about twenty seconds.
    static let mostServerErrors = 20
    /// After this many, in about two seconds, events that the server has confirmed are considered missing, as in a
    /// deleted stream.
    static let mostRereads = 30

    let limits: Limits
    let reportsCheckpoints: Bool
    var phase: Phase
    /// Where to continue reading.
    var next: Start
    /// Nothing before this is wanted.
    let first: Place?
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
    /// Pages in a row that ended before the place that the server has confirmed.
    var rereads = 0
    /// Whether a request is in flight.
    var isBusy = false
    var isAwaited = false
    /// Whether the consumer's task was cancelled.
    var isCancelled = false
    var ready = FollowBuffer()
    /// Events that were pushed before everything that precedes them was read.
    var held: [FollowEvent] = []
    var heldBytes = 0
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
    init(from start: Start, limits: Limits, reportsCheckpoints: Bool) {
        self.next = start
        if case .from(let place) = start { self.first = place } else { self.first = nil }
        if case .after(let place) = start { (self.last, self.given) = (place, place) }
        self.limits = limits
        self.reportsCheckpoints = reportsCheckpoints
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
        precondition(!self.isAwaited, "an iterator was advanced by two tasks at once")
        self.isAwaited = true
        self.inHand = (0, 0)
        return self.settle()
    }

    /// The consumer's task is cancelled.
    mutating func cancelled() -> Actions {
        self.isCancelled = true
        return self.stop()
    }

    /// The consumer wants no more events.
    mutating func stop() -> Actions {
        self.ready = FollowBuffer()
        self.missed = nil
        return self.end(nil)
    }

    // MARK: What was requested

    /// A page has arrived.
    ///
    /// - Parameter end: the last place, if the server reports it.
    mutating func received(_ events: [FollowEvent], next: Start, isEnd: Bool, end: Place?) -> Actions {
        if case .over = self.phase { return Actions() }
        var changes = self.succeeded()
        for event in events { self.take(event) }
        self.note(end: end)
        if self.next != next {
            self.next = next
            if self.reportsCheckpoints { self.ready.append(.checkpoint(next)) }
        }
        switch self.phase {
        case .reading where isEnd: self.phase = .subscribing
        case .closingGap(let boundary) where self.isBehind(boundary) || self.rereads == Self.mostRereads:
            changes += self.goLive(boundary)
        // What the server returns to a reader lags behind what it confirms to a subscriber.
        case .closingGap where isEnd: self.rereads += 1
        case .closingGap: self.rereads = 0
        case .reading, .subscribing, .live, .over: break
        }
        return self.settle(changes)
    }

    /// From now on the server pushes what is written after this place; nil if nothing had been written.
    mutating func confirmed(_ boundary: Place?) -> Actions {
        guard case .subscribing = self.phase else { return Actions() }
        var changes = self.succeeded()
        self.note(end: boundary)
        if self.next == .end {
            self.base = boundary
            self.next = boundary.map(Start.after) ?? .start
            self.ready.append(.checkpoint(self.next))
        }
        if self.isBehind(boundary) {
            changes += self.goLive(boundary)
        } else {
            self.phase = .closingGap(boundary)
        }
        return self.settle(changes)
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
    mutating func appeared(_ event: FollowEvent, fits: Bool = true) -> Actions? {
        self.note(end: event.place)
        switch self.phase {
        case .live:
            guard self.isNew(event.place) else { return nil }
            if fits {
                if !self.hasRoom(for: event) { return self.overflow(event) }
                self.reportMissed()
                self.take(event)
                self.next = .after(event.place)
            } else if self.missed != nil {
                // Earlier events that were left out have yet to be reported, or read after a loss.
                self.missed?.last = event.place
            } else {
                self.last = event.place
                self.next = .after(event.place)
                self.passOver()
            }
            return nil
        case .closingGap where fits:
            if !self.hasRoom(for: event) { return self.readBack() }
            self.held.append(event)
            self.heldBytes += event.record.byteCount
            self.notePeak()
            return nil
        case .closingGap, .reading, .subscribing, .over:
            return nil
        }
    }

    /// The filtering server has considered everything up to this place.
    mutating func reached(_ place: Place) {
        guard case .live = self.phase, self.isNew(place) || place == self.last else { return }
        guard self.missed == nil else {
            self.missed?.last = place
            return
        }
        self.last = place
        self.next = .after(place)
        self.ready.append(.checkpoint(self.next))
    }

    /// Delivers what has arrived to the consumer, if it is waiting.
    mutating func settle() -> Actions { self.settle([]) }

    /// Nothing more is pushed, because the connection was lost or the server says so.
    mutating func interrupted(_ error: PhotonPumpError) -> Actions {
        switch self.phase {
        case .reading, .subscribing, .over:
            return Actions()
        case .closingGap, .live:
            guard error.code.isPassing else { return self.end(error) }
            // If a server confirms and drops with no event in between, it must not be asked ever faster.
            self.failures = self.idleLosses
            self.idleLosses += 1
            self.goBack()
            return self.settle(self.noteFailure(error) + [.readingHistory(from: self.next)])
        }
    }
}
