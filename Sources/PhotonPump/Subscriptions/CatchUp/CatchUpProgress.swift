/// How far a subscription has come, and how far there is to go; pure.
struct CatchUpProgress {
    typealias Place = CatchUpPlace
    typealias Start = SubscriptionStart<Place>

    /// Where to go on reading.
    private(set) var next: Start
    private(set) var knownEnd: Place?
    /// Nothing before this is wanted.
    private var first: Place?
    /// The place after which the subscription began if nothing was read. The server guarantees that pushed events lie
    /// after it.
    private var base: Place?
    /// The last event taken, or a later place up to which there is nothing to take.
    private var last: Place?
    /// The same when the consumer received the last batch.
    private var given: Place?
    /// Events left out because the buffer was full, and the last place that was considered.
    private var missed: (count: Int, last: Place)?

    init(from start: Start) {
        self.next = start
        if case .from(let place) = start { self.first = place }
        if case .after(let place) = start { (self.last, self.given) = (place, place) }
    }

    func isNew(_ place: Place) -> Bool {
        if let last = self.missed?.last ?? self.last { place > last } else if let first { place >= first } else { true }
    }

    /// Whether there are numbers between that of a new event, and the last one that was considered.
    ///
    /// - Parameter held: the last that was held back; nil if none is.
    func isGap(before place: Place, after held: Place?) -> Bool {
        guard var before = self.missed?.last ?? self.last ?? self.base ?? held else { return false }
        if let held { before = max(before, held) }
        return place > before && place.number - 1 > before.number
    }

    /// Whether this is where it stands; nothing new, but no step back either.
    func isAt(_ place: Place) -> Bool { place == self.last }

    /// Whether everything up to `boundary` has been read.
    func isBehind(_ boundary: Place?) -> Bool {
        guard let boundary else { return true }
        return switch self.next {
        case .after(let place): place >= boundary
        case .from(let place): place > boundary
        case .start, .end: false
        }
    }

    /// Whether reads ended before `boundary`, and have come to know an end beyond it only since.
    func mustReadAgain(upTo boundary: Place, before end: CatchUpEnd) -> Bool {
        boundary.main < end.next.main && !self.isBehind(boundary)
    }

    /// Whether the place to go on at lies beyond this end.
    func isBeyond(_ end: CatchUpEnd) -> Bool {
        switch self.next {
        case .after(let place): place.main >= end.next.main
        case .from(let place): place.main > end.next.main
        case .start, .end: false
        }
    }

    /// The place to go on at, which lies beyond this end; as the consumer knows it.
    func place(beyond end: CatchUpEnd) -> Start {
        if let last, last.main >= end.next.main { .after(last) } else { self.next }
    }

    /// For a consumer that has received everything, or for whom something is waiting.
    func lastPlace(isWaitedFor: Bool) -> Place? { (isWaitedFor ? self.given : self.last) ?? self.base }

    // MARK: Steps

    mutating func sawEnd(_ end: Place?) {
        if let end { self.knownEnd = self.knownEnd.map { max($0, end) } ?? end }
    }

    /// An event was taken from a page.
    mutating func took(_ place: Place) { self.last = place }

    /// A page was read.
    ///
    /// - Returns: whether reading came further.
    mutating func read(to next: Start) -> Bool {
        defer { self.next = next }
        return self.next != next
    }

    /// Everything up to this place was pushed.
    mutating func came(to place: Place) {
        self.last = place
        self.next = .after(place)
    }

    /// Nothing is to be read before the events that are pushed after this place.
    mutating func began(after boundary: Place?) {
        self.base = boundary
        self.next = boundary.map(Start.after) ?? .start
    }

    /// Everything up to `boundary` was read. With a filter, the last event taken may lie far before it; there may be none
    /// yet.
    mutating func readAll(upTo boundary: Place?) {
        if let boundary, self.last.map({ $0 < boundary }) ?? true { self.last = boundary }
    }

    /// The consumer received what was waiting.
    mutating func gave() { self.given = self.last ?? self.given }

    // MARK: What is missed

    var isMissing: Bool { self.missed != nil }

    mutating func miss(_ place: Place) { self.missed = ((self.missed?.count ?? 0) + 1, place) }

    /// Nothing is wanted up to this place, behind events that were missed and have yet to be reported, or read after a
    /// loss.
    mutating func passedMissing(to place: Place) { self.missed?.last = place }

    mutating func forgetMissed() { self.missed = nil }

    /// Comes to where missed events end.
    ///
    /// - Returns: how many there were, after what.
    mutating func passMissed() -> CatchUpItem? {
        guard let missed else { return nil }
        defer { self.came(to: missed.last) }
        self.missed = nil
        return .gap(missed.count, after: self.last)
    }

    // MARK: Going back

    /// Reading goes on behind the last event taken.
    mutating func wentBack() {
        self.missed = nil
        self.last = self.last ?? self.base
    }

    /// It ends there after all, before the place to go on at.
    mutating func foundBeyond(_ end: CatchUpEnd) { self.knownEnd = end.last }

    /// Everything begins again with the first event.
    mutating func startOver(before end: CatchUpEnd) {
        self = Self(from: .start)
        self.knownEnd = end.last
    }
}
