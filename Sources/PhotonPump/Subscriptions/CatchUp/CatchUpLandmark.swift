internal import PhotonPumpWire

/// Tells whether a server still has the event that was taken last; pure.
///
/// A master that was deposed may have pushed events that its successor never had, and a backup may have been restored. The
/// place to go on at then exists, but what comes before it is not what was delivered.
struct CatchUpLandmark {
    private struct Last {
        let place: CatchUpPlace
        let id: GUID
        /// Of an event of the log.
        var stream: Bytes?
        let number: Int64
    }

    /// Whether places are those of the log.
    private let isOfLog: Bool
    private var last: Last?
    /// Whether it has yet to be seen again.
    private(set) var isOutOfSight = false
    /// The last event, if it was not where it should be, so that it must be looked for.
    private(set) var vanished: VanishedEvent?

    init(isOfLog: Bool) {
        self.isOfLog = isOfLog
    }

    /// The last place, if it has yet to be seen again.
    var missing: CatchUpPlace? { self.isOutOfSight ? self.last?.place : nil }

    /// Where to read it, if that is not where reading goes on; nil in a stream, whose pages can begin one event earlier.
    var start: SubscriptionStart<CatchUpPlace>? { self.isOfLog ? self.last.map { .after($0.place) } : nil }

    mutating func took(_ event: CatchUpEvent) {
        guard let record = event.record.link ?? event.record.event else { return }
        self.last = Last(place: event.place, id: record.id, number: record.number)
        // A large event is not kept for its name.
        guard self.isOfLog else { return }
        self.last?.stream = record.byteCount > 4_096 ? Bytes(utf8: record.stream.text) : record.stream
    }

    /// It is known not to be there.
    mutating func forget() { self = Self(isOfLog: self.isOfLog) }

    /// Whoever answers next may be another server.
    mutating func lost() { (self.isOutOfSight, self.vanished) = (self.last != nil, nil) }

    /// Whether it is not on a page of the log that was read from its place on, and goes beyond that.
    mutating func isMissing(on page: CatchUpPage) -> Bool {
        guard self.isOutOfSight, let last, let stream = last.stream?.text, let first = page.first, first > last.place
        else { return false }
        self.vanished = VanishedEvent(place: last.place, stream: stream, number: last.number)
        return true
    }

    /// It was looked for.
    ///
    /// - Returns: what was dropped.
    mutating func looked(isDropped: Bool) -> VanishedEvent? {
        // Where it was lost sight of again meanwhile, the answer says nothing about the present server.
        guard let event = self.vanished else { return nil }
        (self.vanished, self.isOutOfSight) = (nil, false)
        return isDropped ? event : nil
    }

    /// Looks for it among events that are there now, in order.
    ///
    /// - Parameter end: the last place of the stream, even if nothing can be read there.
    /// - Returns: what is in its place, if that is another event.
    mutating func replacement(among events: [CatchUpEvent], end: CatchUpPlace? = nil) -> Replacement? {
        guard self.isOutOfSight, let last else { return nil }
        // One that cannot be read any more was deleted or truncated, which says nothing about the others.
        if let end = events.last?.place ?? end, end >= last.place { self.isOutOfSight = false }
        guard let id = events.first(where: { $0.place == last.place })?.id, id != last.id else { return nil }
        return Replacement(place: last.place, was: last.id, is: id)
    }
}

extension CatchUpPage {
    /// The place of the first event or, if there is none, where to continue.
    fileprivate var first: CatchUpPlace? {
        if let event = self.events.first { return event.place }
        return if case .from(let place) = self.next { place } else { nil }
    }
}

/// An event that was delivered, and is another one now.
struct Replacement: Equatable {
    let place: CatchUpPlace
    let was: GUID
    let `is`: GUID
}

extension CatchUpEvent {
    /// Of the event that is at its place, which may be a link.
    fileprivate var id: GUID? { (self.record.link ?? self.record.event)?.id }
}
