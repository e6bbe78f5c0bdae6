internal import DequeModule
internal import PhotonPumpWire

/// The open conversations of a client: those that wait for their turn, in order, and those that wait for an answer.
///
/// An entry is in it from ``enqueue(_:_:)`` until exactly one of ``finish(_:)``, ``cancel(_:)`` and ``removeAll()``
/// returns it. There are as many entries as there are calls that have not ended, so it grows with the callers only.
struct ConversationTable<Entry> {
    private let limit: Int
    private var inFlight: [GUID: Entry] = [:]
    private var waiting: [GUID: Entry] = [:]
    /// The waiting ones in order, and some that were cancelled since.
    private var order: Deque<GUID> = []

    /// - Parameter limit: how many may wait for an answer at once.
    init(limit: Int) {
        self.limit = limit
    }

    var waitingCount: Int { self.waiting.count }
    var inFlightCount: Int { self.inFlight.count }

    var isEmpty: Bool { self.inFlight.isEmpty && self.waiting.isEmpty }

    /// Whether ``startNext()`` would return an entry.
    var canStart: Bool { !self.waiting.isEmpty && self.inFlight.count < self.limit }

    mutating func enqueue(_ id: GUID, _ entry: Entry) {
        self.waiting[id] = entry
        self.order.append(id)
    }

    /// The next entry to send, which from now on waits for its answer; nil when there is none or no room.
    mutating func startNext() -> Entry? {
        guard self.inFlight.count < self.limit else { return nil }
        while let id = self.order.popFirst() {
            guard let entry = self.waiting.removeValue(forKey: id) else { continue }
            self.inFlight[id] = entry
            return entry
        }
        return nil
    }

    /// The entry that an answer with this id is for; nil when nobody waits for it (any more).
    mutating func finish(_ id: GUID) -> Entry? {
        self.inFlight.removeValue(forKey: id)
    }

    /// The entry that is not wanted any more; nil when it has ended already.
    mutating func cancel(_ id: GUID) -> Entry? {
        if let entry = self.inFlight.removeValue(forKey: id) { return entry }
        guard let entry = self.waiting.removeValue(forKey: id) else { return nil }
        if self.order.count > 2 * self.waiting.count + 16 {
            self.order.removeAll { self.waiting[$0] == nil }
        }
        return entry
    }

    /// Everything there is, first what was sent, then what waits, in order.
    mutating func removeAll() -> [Entry] {
        defer {
            self.inFlight = [:]
            self.waiting = [:]
            self.order = []
        }
        return Array(self.inFlight.values) + self.order.compactMap { self.waiting[$0] }
    }
}
