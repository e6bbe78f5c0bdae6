/// Where a subscription is on its way from history to what is written now.
enum CatchUpPhase {
    /// Exits: subscribing, over.
    case reading
    /// Exits: closingGap, live, over.
    case subscribing
    /// Reading up to this place, while the server already pushes; reads reached it when this end was seen, if it was.
    /// Exits: findingEnd, live, doubting, reading, over.
    case closingGap(CatchUpPlace?, seen: CatchUpEnd? = nil)
    /// All that there is up to this place was read; asking where the end is. Exits: closingGap, live, doubting,
    /// reading, over.
    case findingEnd(CatchUpPlace?)
    /// The place to go on at lies beyond this end; asking whether the master says so, too. Exits: live, reading,
    /// over.
    case doubting(CatchUpEnd, asMaster: Bool)
    /// Exits: reading, over.
    case live
    case over

    func name(isBeyondEnd: Bool) -> SubscriptionPhase {
        switch self {
        case .reading: .readingHistory
        case .doubting: .beyondEnd
        case .live where isBeyondEnd: .beyondEnd
        case .subscribing, .closingGap, .findingEnd: .goingLive
        case .live: .live
        case .over: .ended
        }
    }

    /// Whether events that are pushed are taken, or held back, each after the one before it.
    var takesPushes: Bool {
        switch self {
        case .closingGap, .findingEnd, .live: true
        case .reading, .subscribing, .doubting, .over: false
        }
    }

    /// What has to be requested, if nothing is in flight.
    func request(_ queue: CatchUpQueue, _ retries: CatchUpRetries) -> CatchUpRequest? {
        let (next, failures, rereads) = (queue.progress.next, retries.failures, retries.rereads)
        switch self {
        case .reading, .closingGap:
            // The consumer comes first.
            guard queue.buffer.readySize.events == 0 else { return nil }
            return CatchUpRequest(kind: queue.reading, failures: failures, rereads: rereads)
        case .subscribing:
            return CatchUpRequest(kind: .subscribe, failures: failures)
        case .findingEnd:
            return CatchUpRequest(kind: .end(next, asMaster: false), failures: failures)
        case .doubting(_, let asMaster):
            let kind = CatchUpRequest.Kind.end(next, asMaster: asMaster)
            return CatchUpRequest(kind: kind, failures: failures, rereads: asMaster ? rereads : 0)
        case .live, .over:
            return nil
        }
    }
}
