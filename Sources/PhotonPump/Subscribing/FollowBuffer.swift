internal import PhotonPumpWire

/// An event, where it was found, and where that is in the log, if it is known.
struct FollowEvent: Sendable {
    let place: Position
    let record: ResolvedRecord
    let position: Position?
}

/// What a subscription has for its consumer, in order.
enum FollowItem: Sendable {
    /// An event; its position is known in `$all`, and of events that were pushed.
    case event(FollowEvent)
    /// Everything before this was given, or did not fit the filter.
    case checkpoint(SubscriptionStart<Position>)
    /// What follows happens now.
    case live
    /// What follows is read from the past again.
    case fellBehind
    /// So many events behind this place were left out.
    case gap(Int, after: Position?)
}

/// Items that wait for their consumer, with what they weigh.
struct FollowBuffer {
    private(set) var items: [FollowItem] = []
    /// How many events there are among them.
    private(set) var eventCount = 0
    private(set) var byteCount = 0

    var isEmpty: Bool { self.items.isEmpty }

    mutating func append(_ event: FollowEvent) {
        self.items.append(.event(event))
        self.eventCount += 1
        self.byteCount += event.record.byteCount
    }

    mutating func append(_ marker: FollowItem) {
        // Only the last of several checkpoints in a row says something.
        if case .checkpoint = marker, case .checkpoint? = self.items.last { self.items.removeLast() }
        self.items.append(marker)
    }

    /// Everything; nothing is left.
    mutating func take() -> [FollowItem] {
        defer { self = Self() }
        return self.items
    }
}

extension ResolvedRecord {
    /// What an event and its link weigh.
    var byteCount: Int { (self.event?.byteCount ?? 0) + (self.link?.byteCount ?? 0) }
}
