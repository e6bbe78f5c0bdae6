internal import DequeModule
internal import PhotonPumpWire

/// The events of a persistent subscription that were delivered and not handled yet.
struct OutstandingEvents {
    private struct Entry {
        let event: GroupEvent
        /// In milliseconds since 1970; nil for never.
        let deadline: Int64?
    }

    private var byID: [GUID: Entry] = [:]
    /// Those that count for the group's progress, by number, with some that are no longer there.
    private var ordered: Deque<(number: Int64, id: GUID)> = []

    var count: Int { self.byID.count }

    subscript(id: GUID) -> GroupEvent? { self.byID[id]?.event }

    /// The number of the first one that counts for the group's progress.
    mutating func lowest() -> Int64? {
        while let first = self.ordered.first {
            if self.isThere(first) { return first.number }
            self.ordered.removeFirst()
        }
        return nil
    }

    /// Has no effect if the event is there already.
    mutating func add(_ event: GroupEvent, deadline: Int64?) {
        guard self.byID[event.id] == nil else { return }
        self.byID[event.id] = Entry(event: event, deadline: deadline)
        guard event.isProgress else { return }
        // Nearly always the last one.
        var place = self.ordered.count
        while place > 0, self.ordered[place - 1].number > event.number { place -= 1 }
        self.ordered.insert((event.number, event.id), at: place)
        if self.ordered.count > 2 * self.byID.count + 100 { self.ordered = Deque(self.ordered.filter(self.isThere)) }
    }

    mutating func remove(_ id: GUID) {
        self.byID[id] = nil
    }

    private func isThere(_ place: (number: Int64, id: GUID)) -> Bool {
        self.byID[place.id].map { $0.event.isProgress && $0.event.number == place.number } ?? false
    }

    /// Removes and returns the events that were not handled in time, ordered by number.
    mutating func removeExpired(now: Int64) -> [GroupEvent] {
        let expired = self.byID.values.filter { $0.deadline.map { $0 <= now } ?? false }.map(\.event)
        for event in expired { self.byID[event.id] = nil }
        return expired.sorted { $0.number < $1.number }
    }
}
