internal import PhotonPumpWire

/// What ``CatchUpState`` wants done.
enum CatchUpAction: Equatable {
    /// Announce what has changed.
    case announcement(Announcement<SubscriptionChange<CatchUpPlace>>)
    /// Give up the request with this id, or the pause before it.
    case abandon(GUID)
    /// Tell the server that what it pushes under this id is no longer wanted.
    case unsubscribe(GUID)
    /// Make a request with this id.
    case request(CatchUpRequest, GUID)
    case deliver(Delivery<[CatchUpItem]>)

    static func announce(_ change: SubscriptionChange<CatchUpPlace>) -> Self { .announcement(Announcement(change)) }
}

struct CatchUpRequest: Equatable {
    enum Kind: Equatable {
        /// Read a page, with the event before it, if so.
        case read(SubscriptionStart<CatchUpPlace>, seesLast: Bool = false)
        /// Look for the event taken last, which is not where it was.
        case look(VanishedEvent)
        case subscribe
        /// Ask where the end is, seen from this place; only the master, if so.
        case end(SubscriptionStart<CatchUpPlace>, asMaster: Bool)
    }

    let kind: Kind
    /// The number of failed attempts so far.
    var failures = 0
    /// How often it has just been made without finding all that should be there.
    var rereads = 0

    /// How long to wait before it is made; nil for not at all.
    ///
    /// - Parameter chance: from 0 to 1, the part of the longest pause after a failure.
    func pause(chance: @autoclosure () -> Double) -> Duration? {
        if self.failures > 1 { return Backoff().delay(attempts: self.failures - 1, chance: chance()) }
        guard self.rereads > 0 else { return nil }
        let ceiling: Duration = self.rereads < CatchUpRetries.tacitRereads ? .milliseconds(100) : .milliseconds(500)
        return Backoff(first: .milliseconds(1), ceiling: ceiling).delay(attempts: self.rereads, chance: 1)
    }
}
