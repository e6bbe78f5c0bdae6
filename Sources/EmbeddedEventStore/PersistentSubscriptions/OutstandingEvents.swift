internal import PhotonPumpWire

/// The events of a persistent subscription that were delivered and not handled yet.
struct OutstandingEvents {
    private struct Entry {
        let event: GroupEvent
        /// In milliseconds since 1970; nil for never.
        let deadline: Int64?
    }

    private var byID: [GUID: Entry] = [:]

    var count: Int { self.byID.count }

    subscript(id: GUID) -> GroupEvent? { self.byID[id]?.event }

    /// The number of the first one that counts for the group's progress.
    var lowest: Int64? {
        self.byID.values.lazy.filter(\.event.isProgress).map(\.event.number).min()
    }

    /// Has no effect if the event is there already.
    mutating func add(_ event: GroupEvent, deadline: Int64?) {
        if self.byID[event.id] == nil { self.byID[event.id] = Entry(event: event, deadline: deadline) }
    }

    mutating func remove(_ id: GUID) {
        self.byID[id] = nil
    }

    /// Removes and returns the events that were not handled in time, ordered by number.
    mutating func removeExpired(now: Int64) -> [GroupEvent] {
        let expired = self.byID.values.filter { $0.deadline.map { $0 <= now } ?? false }.map(\.event)
        for event in expired { self.byID[event.id] = nil }
        return expired.sorted { $0.number < $1.number }
    }
}
