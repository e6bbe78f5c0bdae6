internal import PhotonPumpWire

/// Follows a stream or `$all` from some place on: decides when to read what is there, when to listen, and what to do when
/// the consumer is slow or the connection is lost; pure.
///
/// ```
/// reading ─ end of what is there ▶ subscribing ─ confirmed ▶ closingGap ─ all read ▶ live
///    ▲                                                          │                     │
///    └───────────── connection lost, dropped, buffer full ──────┴─────────────────────┘
/// ```
/// What was written between the last page and the confirmation is read after the confirmation, and what is pushed in the
/// meantime is held back until then; each event is taken once because its place lies behind the last one taken.
struct FollowState {
    typealias Place = Position
    typealias Start = SubscriptionStart<Place>
    typealias Change = SubscriptionChange<Place>

    /// What to do after something has happened, in this order.
    struct Actions {
        var changes: [Change] = []
        /// What the waiting consumer gets.
        var deliver: Delivery?
        /// Whether what the server pushes is not wanted any more.
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
        /// How many attempts have failed before; time is to pass before it is made if there were any.
        let failures: Int
        /// How often it was made just before, and found less than there must be; some time is to pass, too.
        var rereads = 0
    }

    enum Phase {
        /// Exits: subscribing, over.
        case reading
        /// Exits: closingGap, live, over.
        case subscribing
        /// Reading until this place; the server pushes already. Exits: live, reading, over.
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

    /// After so many there must be something wrong that does not pass; that takes about twenty seconds.
    static let mostServerErrors = 20
    /// After so many, in about two seconds, what the server has confirmed is not to be found, as in a deleted stream.
    static let mostRereads = 30

    let limits: Limits
    let reportsCheckpoints: Bool
    var phase: Phase
    /// Where to read on.
    var next: Start
    /// Nothing before this is wanted.
    let first: Place?
    /// Behind which listening began, without anything being read. What is pushed lies behind it, by the server's word.
    var base: Place?
    /// The last event taken.
    var last: Place?
    var knownEnd: Place?
    var failures = 0
    var isInterrupted = false
    /// Times in a row that the server has refused the same, for whatever reason of its own.
    var serverErrors = 0
    /// Losses since an event has come.
    var idleLosses = 0
    /// Pages in a row that ended before the place that the server has confirmed.
    var rereads = 0
    /// Whether a request is under way.
    var isBusy = false
    var isAwaited = false
    /// Whether the consumer's task was cancelled.
    var isCancelled = false
    var ready = FollowBuffer()
    /// What was pushed before everything that lies before it was read.
    var held: [FollowEvent] = []
    var heldBytes = 0
    /// The most events that were in both buffers together.
    var peak = (events: 0, bytes: 0)
    /// What the consumer was given last, and may not have looked at yet.
    var inHand = (events: 0, bytes: 0)
    /// The last event that the consumer was given.
    var given: Place?
    /// Events left out because the buffer was full, and the place that was looked at last.
    var missed: (count: Int, last: Place)?
    /// Events since the last checkpoint that did not fit the filter.
    var unfitting = 0

    /// - Parameter reportsCheckpoints: whether there is a filter, so that the place moves on without events.
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

    /// The consumer wants no more.
    mutating func stop() -> Actions {
        self.ready = FollowBuffer()
        self.missed = nil
        return self.end(nil)
    }

    // MARK: What was asked for

    /// A page has come.
    ///
    /// - Parameter end: the last place there is, as far as the server tells.
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
        // What the server finds for a reader lags behind what it confirms to a subscriber.
        case .closingGap where isEnd: self.rereads += 1
        case .closingGap: self.rereads = 0
        case .reading, .subscribing, .live, .over: break
        }
        return self.settle(changes)
    }

    /// The server pushes what is written behind this place from now on; nil when there was nothing before.
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

    /// What was asked for is to be asked for in another way.
    mutating func askAgain() -> Actions {
        self.isBusy = false
        return self.settle()
    }

    /// What was asked for will not come.
    mutating func failed(_ error: PhotonPumpError) -> Actions {
        self.isBusy = false
        if case .over = self.phase { return Actions() }
        // Who waits for what comes from now on is to know that it has not begun.
        guard error.code.isPassing, self.next != .end else { return self.end(error) }
        self.serverErrors = error.code == .serverError ? self.serverErrors + 1 : 0
        guard self.serverErrors < Self.mostServerErrors else { return self.end(error) }
        return self.settle(self.noteFailure(error))
    }

    // MARK: What is pushed

    /// An event was written; the consumer gets it by the next ``settle()``, together with others.
    ///
    /// - Parameter fits: whether it fits the filter.
    /// - Returns: what to do at once; nil, as a rule, for nothing.
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
                // What was left out before it is still to be told of, or read after a loss.
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

    /// The server has looked at everything up to this place, by its filter.
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

    /// Gives the consumer what has come, if it waits.
    mutating func settle() -> Actions { self.settle([]) }

    /// Nothing is pushed any more, because the connection is lost or the server says so.
    mutating func interrupted(_ error: PhotonPumpError) -> Actions {
        switch self.phase {
        case .reading, .subscribing, .over:
            return Actions()
        case .closingGap, .live:
            guard error.code.isPassing else { return self.end(error) }
            // A server that confirms and drops, and nothing in between, is not asked ever faster.
            self.failures = self.idleLosses
            self.idleLosses += 1
            self.goBack()
            return self.settle(self.noteFailure(error) + [.readingHistory(from: self.next)])
        }
    }
}
