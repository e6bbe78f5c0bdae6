internal import PhotonPumpWire

/// An event, where it was found, and its position in the log, if known.
struct CatchUpEvent: Sendable {
    let place: CatchUpPlace
    let record: ResolvedRecord
    let position: Position?
}

/// What a subscription delivers to its consumer, in order.
enum CatchUpItem: Sendable {
    /// An event. Its position is known in `$all`, and if the event was pushed.
    case event(CatchUpEvent)
    /// Everything before this has been delivered, or does not match the filter.
    case checkpoint(SubscriptionStart<CatchUpPlace>)
    /// What follows is delivered as it is written.
    case live
    /// What follows is read from the past again.
    case fellBehind
    /// Where the subscription goes on lies beyond the end, which is there.
    case beyondEnd(SubscriptionStart<CatchUpPlace>, end: CatchUpPlace?)
    /// The server has announced events up to this place that its reads do not return yet.
    case readsLag(upTo: CatchUpPlace)
    /// This many events after this place were left out.
    case gap(Int, after: CatchUpPlace?)
}

/// Items waiting for their consumer, with their size.
struct CatchUpBuffer {
    private(set) var items: [CatchUpItem] = []
    /// The number of events among them.
    private(set) var eventCount = 0
    private(set) var byteCount = 0

    var isEmpty: Bool { self.items.isEmpty }

    mutating func append(_ event: CatchUpEvent) {
        self.items.append(.event(event))
        self.eventCount += 1
        self.byteCount += event.record.byteCount
    }

    mutating func append(_ marker: CatchUpItem) {
        // Only the last of several checkpoints in a row matters.
        if case .checkpoint = marker, case .checkpoint? = self.items.last { self.items.removeLast() }
        self.items.append(marker)
    }

    /// Returns all items and leaves none.
    mutating func take() -> [CatchUpItem] {
        defer { self = Self() }
        return self.items
    }
}

extension ResolvedRecord {
    /// The size of an event and its link.
    var byteCount: Int { (self.event?.byteCount ?? 0) + (self.link?.byteCount ?? 0) }
}
