internal import PhotonPumpWire

/// Tells whether a server still has the event that was taken last; pure.
///
/// A master that was deposed may have pushed events that its successor never had, and a backup may have been restored. The
/// place to go on at then exists, but what comes before it is not what was delivered.
struct CatchUpLandmark {
    private var last: (place: CatchUpPlace, id: GUID)?
    /// Whether it has yet to be seen again.
    private(set) var isOutOfSight = false

    /// The last place, if it has yet to be seen again.
    var missing: CatchUpPlace? { self.isOutOfSight ? self.last?.place : nil }

    mutating func took(_ event: CatchUpEvent) {
        if let id = event.id { self.last = (event.place, id) }
    }

    /// Whoever answers next may be another server.
    mutating func lost() { self.isOutOfSight = self.last != nil }

    /// Looks for it among events that are there now, in order.
    ///
    /// - Returns: what is in its place, if that is another event.
    mutating func replacement(among events: [CatchUpEvent]) -> Replacement? {
        guard self.isOutOfSight, let last else { return nil }
        // One that cannot be read any more was deleted or truncated, which says nothing about the others.
        if let end = events.last, end.place >= last.place { self.isOutOfSight = false }
        guard let id = events.first(where: { $0.place == last.place })?.id, id != last.id else { return nil }
        return Replacement(place: last.place, was: last.id, is: id)
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
