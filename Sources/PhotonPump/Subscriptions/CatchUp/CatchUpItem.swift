internal import PhotonPumpWire

/// An event, where it was found, and its position in the log, if known.
struct CatchUpEvent: Sendable, Equatable {
    let place: CatchUpPlace
    let record: ResolvedRecord
    let position: Position?

    /// The same event at the same place.
    static func == (one: Self, other: Self) -> Bool {
        one.place == other.place && one.position == other.position && one.record.event?.id == other.record.event?.id
            && one.record.link?.id == other.record.link?.id
    }
}

/// What a subscription delivers to its consumer, in order.
enum CatchUpItem: Sendable, Equatable {
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

    /// Whether it is an event, or tells of some.
    var isDelivered: Bool {
        switch self {
        case .event, .gap: true
        case .checkpoint, .live, .fellBehind, .beyondEnd, .readsLag: false
        }
    }
}

extension ResolvedRecord {
    /// The size of an event and its link.
    var byteCount: Int { (self.event?.byteCount ?? 0) + (self.link?.byteCount ?? 0) }
}
