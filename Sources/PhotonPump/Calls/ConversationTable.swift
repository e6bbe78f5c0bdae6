internal import DequeModule
internal import PhotonPumpWire

/// The open conversations of a client: those waiting for their turn, in order; those waiting for an answer; those
/// waiting until it is time to be sent again; and those held back until it is known what became of a write. Pure; the
/// time is passed in.
///
/// An entry is in the table from ``enqueue(_:_:deadline:)`` until exactly one of ``finish(_:)``, ``cancel(_:)``,
/// ``expire(now:)`` and ``removeAll()`` returns it. There is one entry per unfinished call, so the table grows only
/// with the number of callers.
struct ConversationTable<Entry> {
    typealias Instant = ContinuousClock.Instant

    private struct Slot {
        let entry: Entry
        let deadline: Instant
        /// The latest time for sending it.
        let startBy: Instant
        /// Its number in the order of arrival.
        let number: UInt64
    }

    private let limit: Int
    private var count: UInt64 = 0
    private var inFlight: [GUID: Slot] = [:]
    private var waiting: [GUID: Slot] = [:]
    private var delayed: [GUID: (slot: Slot, until: Instant)] = [:]
    private var held: [GUID: Slot] = [:]
    /// The waiting entries in order, and some that have been cancelled since.
    private var order: Deque<GUID> = []

    /// No deadline or delay ends before this; nil if there is none.
    private(set) var nextWake: Instant?

    /// - Parameter limit: the most entries that may wait for an answer at once.
    init(limit: Int) {
        self.limit = limit
    }

    var waitingCount: Int { self.waiting.count + self.delayed.count + self.held.count }
    var inFlightCount: Int { self.inFlight.count }
    var isEmpty: Bool {
        self.inFlight.isEmpty && self.waiting.isEmpty && self.delayed.isEmpty && self.held.isEmpty
    }

    /// Whether ``startNext()`` would return an entry.
    var canStart: Bool { !self.waiting.isEmpty && self.inFlight.count < self.limit }

    /// - Parameter startBy: the latest time for its turn; nil for the deadline.
    mutating func enqueue(_ id: GUID, _ entry: Entry, deadline: Instant, startBy: Instant? = nil) {
        self.count += 1
        let startBy = min(startBy ?? deadline, deadline)
        let slot = Slot(entry: entry, deadline: deadline, startBy: startBy, number: self.count)
        self.waiting[id] = slot
        self.order.append(id)
        self.wake(at: slot.startBy)
    }

    /// The next entry to send, which from now on waits for its answer; nil if there is none or no room.
    mutating func startNext() -> Entry? {
        guard self.inFlight.count < self.limit else { return nil }
        while let id = self.order.popFirst() {
            guard let slot = self.waiting.removeValue(forKey: id) else { continue }
            self.inFlight[id] = Slot(
                entry: slot.entry, deadline: slot.deadline, startBy: slot.deadline, number: slot.number)
            self.wake(at: slot.deadline)
            return slot.entry
        }
        return nil
    }

    /// The entry that an answer with this id is for; nil if no one waits for it (any more).
    mutating func finish(_ id: GUID) -> Entry? {
        self.inFlight.removeValue(forKey: id)?.entry
    }

    /// The entry that waits for an answer with this id; it keeps waiting.
    func entry(_ id: GUID) -> Entry? { self.inFlight[id]?.entry }

    /// The answer asks for the request to be sent again, not before `until`, and then ahead of others.
    mutating func delay(_ id: GUID, until: Instant) {
        guard let slot = self.inFlight.removeValue(forKey: id) else { return }
        self.delayed[id] = (slot, until)
        self.wake(at: until)
    }

    /// The entry with this id, if it is delayed.
    func delayedEntry(_ id: GUID) -> Entry? { self.delayed[id]?.slot.entry }

    /// Changes until when an entry is delayed.
    mutating func postpone(_ id: GUID, until: Instant) {
        guard let slot = self.delayed[id]?.slot else { return }
        self.delayed[id] = (slot, until)
        self.wake(at: until)
    }

    /// The ids of the entries that wait for an answer.
    var unanswered: Set<GUID> { Set(self.inFlight.keys) }

    /// Takes an entry that was started out of the traffic, until it is released or taken.
    mutating func hold(_ id: GUID) {
        self.held[id] = self.inFlight.removeValue(forKey: id)
    }

    /// The place of a held entry in the order of arrival.
    func place(of id: GUID) -> UInt64? { self.held[id]?.number }

    /// The entry that is held back under this id; it stays so.
    func heldEntry(_ id: GUID) -> Entry? { self.held[id]?.entry }

    /// The entry that was held back under this id; it is no longer in the table.
    mutating func takeHeld(_ id: GUID) -> Entry? { self.held.removeValue(forKey: id)?.entry }

    /// Entries that were held back wait for their turn again, in their original order and ahead of others.
    mutating func release(_ isFree: (Entry) -> Bool) {
        let free = self.held.filter { isFree($0.value.entry) }.sorted { $0.value.number < $1.value.number }
        for (id, slot) in free {
            self.held[id] = nil
            self.waiting[id] = slot
        }
        self.order.prepend(contentsOf: free.map(\.key))
    }

    /// What becomes of an entry whose answer will not come.
    enum Interruption { case repeated, held, over }

    /// No answers will come to the requests that were sent. Those that are repeated wait for their turn again, in their
    /// original order and ahead of others.
    ///
    /// - Parameter ids: those that no answer will come to; nil for all.
    /// - Returns: the entries that are over, which are no longer in the table, and the ids of those that are held, in
    ///   order.
    mutating func interrupt(
        only ids: Set<GUID>? = nil, _ decide: (Entry) -> Interruption
    ) -> (over: [Entry], held: [GUID]) {
        let interrupted = self.inFlight.filter { ids?.contains($0.key) ?? true }
            .sorted { $0.value.number < $1.value.number }
        for (id, _) in interrupted { self.inFlight[id] = nil }
        var (over, held, repeated): ([Entry], [GUID], [GUID]) = ([], [], [])
        for (id, slot) in interrupted {
            switch decide(slot.entry) {
            case .repeated:
                self.waiting[id] = slot
                repeated.append(id)
            case .held:
                self.held[id] = slot
                held.append(id)
            case .over: over.append(slot.entry)
            }
        }
        self.order.prepend(contentsOf: repeated)
        return (over, held)
    }

    /// The entry that is no longer wanted; nil if it has ended already.
    mutating func cancel(_ id: GUID) -> Entry? {
        let elsewhere = self.delayed.removeValue(forKey: id)?.slot ?? self.held.removeValue(forKey: id)
        if let slot = self.inFlight.removeValue(forKey: id) ?? elsewhere { return slot.entry }
        guard let slot = self.waiting.removeValue(forKey: id) else { return nil }
        self.forgetCancelled()
        return slot.entry
    }

    /// Entries whose deadline has passed. Entries whose delay is over wait for their turn again.
    mutating func expire(now: Instant) -> [Entry] {
        guard let nextWake, nextWake <= now else { return [] }
        let due = self.delayed.filter { $0.value.until <= now }.sorted { $0.value.slot.number > $1.value.slot.number }
        for (id, delay) in due {
            self.delayed[id] = nil
            self.waiting[id] = delay.slot
            self.order.prepend(id)
        }
        let expired =
            Self.take(from: &self.inFlight, now) + Self.take(from: &self.waiting, now)
            + Self.take(from: &self.held, now)
            + self.delayed.filter { $0.value.slot.deadline <= now }.compactMap { id, _ in
                self.delayed.removeValue(forKey: id)?.slot.entry
            }
        self.forgetCancelled()
        let deadlines = [self.inFlight, self.waiting, self.held].compactMap { $0.values.map(\.startBy).min() }
        let delays = self.delayed.values.map { min($0.until, $0.slot.deadline) }
        self.nextWake = (deadlines + delays).min()
        return expired
    }

    /// All entries: first those that were sent, then those that wait, in order.
    mutating func removeAll() -> [Entry] {
        let entries =
            self.inFlight.values.map(\.entry) + self.delayed.values.map(\.slot.entry) + self.held.values.map(\.entry)
            + self.order.compactMap { self.waiting[$0]?.entry }
        self = Self(limit: self.limit)
        return entries
    }

    private mutating func wake(at instant: Instant) {
        self.nextWake = min(self.nextWake ?? instant, instant)
    }

    private static func take(from slots: inout [GUID: Slot], _ now: Instant) -> [Entry] {
        slots.filter { $0.value.startBy <= now }.compactMap { id, _ in slots.removeValue(forKey: id)?.entry }
    }

    private mutating func forgetCancelled() {
        guard self.order.count > 2 * self.waiting.count + 16 else { return }
        self.order.removeAll { self.waiting[$0] == nil }
    }
}
