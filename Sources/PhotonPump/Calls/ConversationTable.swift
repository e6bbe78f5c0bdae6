internal import DequeModule
internal import PhotonPumpTransport
internal import PhotonPumpWire

/// The open conversations of a client: those waiting for their turn, in order; those waiting for an answer; those
/// waiting until it is time to be sent again; and those held back until it is known what became of a write. The time is
/// passed in.
///
/// An entry is in the table from ``enqueue(_:_:deadline:startBy:)`` until exactly one of ``finish(_:)``,
/// ``cancel(_:)``, ``takeHeld(_:)``, ``interrupt(only:_:)``, ``expire(now:)`` and ``removeAll()`` returns it. There is
/// one entry per unfinished call, so the table grows only with the number of callers.
final class ConversationTable<Entry> {
    typealias Instant = Environment.Instant

    private enum State { case waiting, inFlight, delayed, held, over }

    private final class Slot {
        let id: GUID
        let entry: Entry
        let deadline: Instant
        /// The latest time for sending it; once it has been sent, its deadline.
        var startBy: Instant
        /// Its number in the order of arrival.
        let number: UInt64
        var state = State.waiting
        /// When its delay ends, if it is delayed.
        var delayEnds: Instant

        init(_ id: GUID, _ entry: Entry, deadline: Instant, startBy: Instant, number: UInt64) {
            self.id = id
            self.entry = entry
            self.deadline = deadline
            self.startBy = startBy
            self.number = number
            self.delayEnds = startBy
        }

        /// When something has to be done about it.
        var due: Instant { self.state == .delayed ? min(self.delayEnds, self.startBy) : self.startBy }
    }

    private let limit: Int
    private var count: UInt64 = 0
    private var slots: [GUID: Slot] = [:]
    private(set) var inFlightCount = 0
    /// How many entries of ``order`` are still waiting.
    private var queuedCount = 0
    private var held: Set<GUID> = []
    /// The waiting entries in the order of their arrival, and some that have been cancelled since.
    private var order: Deque<Slot> = []
    private var deadlines = DeadlineQueue()

    /// - Parameter limit: the most entries that may wait for an answer at once.
    init(limit: Int) {
        self.limit = limit
    }

    var waitingCount: Int { self.slots.count - self.inFlightCount }
    var isEmpty: Bool { self.slots.isEmpty }

    /// Whether ``startNext()`` would return an entry.
    var canStart: Bool { self.queuedCount > 0 && self.inFlightCount < self.limit }

    /// No deadline or delay ends before this; nil if there is none.
    var nextWake: Instant? { self.slots.isEmpty ? nil : self.deadlines.next }

    // MARK: From arrival to answer

    /// - Parameter startBy: the latest time for its turn; nil for the deadline.
    func enqueue(_ id: GUID, _ entry: Entry, deadline: Instant, startBy: Instant? = nil) {
        self.count += 1
        let startBy = min(startBy ?? deadline, deadline)
        let slot = Slot(id, entry, deadline: deadline, startBy: startBy, number: self.count)
        self.slots[id] = slot
        self.queuedCount += 1
        self.order.append(slot)
        self.watch(id, until: startBy)
    }

    /// The next entry to send, which from now on waits for its answer; nil if there is none or no room.
    func startNext() -> Entry? {
        guard self.inFlightCount < self.limit else { return nil }
        while let slot = self.order.popFirst() {
            guard slot.state == .waiting else { continue }
            self.change(slot, to: .inFlight)
            if slot.startBy != slot.deadline {
                slot.startBy = slot.deadline
                self.watch(slot.id, until: slot.deadline)
            }
            return slot.entry
        }
        return nil
    }

    /// The entry that an answer with this id is for; nil if no one waits for it (any more).
    func finish(_ id: GUID) -> Entry? { self.remove(id, in: .inFlight) }

    /// The entry that waits for an answer with this id; it keeps waiting.
    func entry(_ id: GUID) -> Entry? { self.slot(id, in: .inFlight)?.entry }

    /// The ids of the entries that wait for an answer.
    var unanswered: Set<GUID> { Set(self.slots.lazy.filter { $0.value.state == .inFlight }.map(\.key)) }

    /// The entry that is no longer wanted; nil if it has ended already.
    func cancel(_ id: GUID) -> Entry? {
        defer { self.forgetCancelled() }
        return self.remove(id)
    }

    // MARK: Delays

    /// The answer asks for the request to be sent again, not before `until`, and then ahead of others.
    func delay(_ id: GUID, until: Instant) {
        guard let slot = self.slot(id, in: .inFlight) else { return }
        self.change(slot, to: .delayed)
        self.delay(slot, until: until)
    }

    /// The entry with this id, if it is delayed.
    func delayedEntry(_ id: GUID) -> Entry? { self.slot(id, in: .delayed)?.entry }

    /// Changes until when an entry is delayed.
    func postpone(_ id: GUID, until: Instant) {
        if let slot = self.slot(id, in: .delayed) { self.delay(slot, until: until) }
    }

    private func delay(_ slot: Slot, until: Instant) {
        slot.delayEnds = until
        self.watch(slot.id, until: slot.due)
    }

    // MARK: Holding back

    /// Takes an entry that was started out of the traffic, until it is released or taken.
    func hold(_ id: GUID) {
        if let slot = self.slot(id, in: .inFlight) { self.change(slot, to: .held) }
    }

    /// The place of a held entry in the order of arrival.
    func place(of id: GUID) -> UInt64? { self.slot(id, in: .held)?.number }

    /// The entry that is held back under this id; it stays so.
    func heldEntry(_ id: GUID) -> Entry? { self.slot(id, in: .held)?.entry }

    /// The entry that was held back under this id; it is no longer in the table.
    func takeHeld(_ id: GUID) -> Entry? { self.remove(id, in: .held) }

    /// Entries that were held back wait for their turn again, in their original order and ahead of others.
    func release(_ isFree: (Entry) -> Bool) {
        self.queueAgain(self.held.filter { id in self.slots[id].map { isFree($0.entry) } ?? false })
    }

    // MARK: Interruptions

    /// What becomes of an entry whose answer will not come.
    enum Interruption { case repeated, held, over }

    /// No answers will come to the requests that were sent. Those that are repeated wait for their turn again, in their
    /// original order and ahead of others.
    ///
    /// - Parameter ids: those that no answer will come to; nil for all.
    /// - Returns: the entries that are over, which are no longer in the table, and the ids of those that are held, in
    ///   order.
    func interrupt(
        only ids: Set<GUID>? = nil, _ decide: (Entry) -> Interruption
    ) -> (over: [Entry], held: [GUID]) {
        let interrupted = self.inOrder(ids.map { $0.intersection(self.unanswered) } ?? self.unanswered)
        var (over, held, repeated): ([Entry], [GUID], [GUID]) = ([], [], [])
        for slot in interrupted {
            switch decide(slot.entry) {
            case .repeated: repeated.append(slot.id)
            case .held:
                self.change(slot, to: .held)
                held.append(slot.id)
            case .over:
                self.remove(slot.id)
                over.append(slot.entry)
            }
        }
        self.queueAgain(repeated)
        return (over, held)
    }

    /// Entries whose deadline has passed, in order. Entries whose delay is over wait for their turn again.
    func expire(now: Instant) -> [Entry] {
        // An entry that was delayed twice until the same time comes up twice.
        var (expired, due): ([Slot], Set<GUID>) = ([], [])
        while let next = self.deadlines.popDue(by: now) {
            guard let slot = self.slots[next.id], slot.due == next.time else { continue }
            if slot.startBy <= now {
                self.remove(next.id)
                expired.append(slot)
            } else {
                due.insert(next.id)
                self.watch(next.id, until: slot.startBy)
            }
        }
        self.queueAgain(due)
        self.forgetCancelled()
        let slots = self.slots
        self.deadlines.removeOver { slots[$0.id]?.due != $0.time }
        return expired.sorted { $0.number < $1.number }.map(\.entry)
    }

    /// All entries: first those that were sent, then those that wait, in order.
    func removeAll() -> [Entry] {
        let sent = self.slots.values.filter { $0.state != .waiting }.sorted { $0.number < $1.number }
        let waiting = self.order.filter { $0.state == .waiting }
        (self.slots, self.order, self.held, self.deadlines) = ([:], [], [], DeadlineQueue())
        (self.inFlightCount, self.queuedCount) = (0, 0)
        return (sent + waiting).map(\.entry)
    }

    // MARK: Book-keeping

    private func slot(_ id: GUID, in state: State) -> Slot? {
        guard let slot = self.slots[id], slot.state == state else { return nil }
        return slot
    }

    /// - Parameter state: the only one in which it is removed; nil for any.
    @discardableResult
    private func remove(_ id: GUID, in state: State? = nil) -> Entry? {
        guard let index = self.slots.index(forKey: id), state == nil || self.slots.values[index].state == state else {
            return nil
        }
        let slot = self.slots.remove(at: index).value
        self.change(slot, to: .over)
        return slot.entry
    }

    private func change(_ slot: Slot, to state: State) {
        self.tally(slot.id, slot.state, -1)
        slot.state = state
        self.tally(slot.id, state, 1)
    }

    /// An entry enters a state, or leaves it.
    private func tally(_ id: GUID, _ state: State, _ difference: Int) {
        switch state {
        case .waiting: self.queuedCount += difference
        case .inFlight: self.inFlightCount += difference
        case .held: if difference > 0 { self.held.insert(id) } else { self.held.remove(id) }
        case .delayed, .over: break
        }
    }

    private func inOrder(_ ids: some Sequence<GUID>) -> [Slot] {
        ids.compactMap { self.slots[$0] }.sorted { $0.number < $1.number }
    }

    /// Entries that were started wait for their turn again, in the order of their arrival.
    private func queueAgain(_ ids: some Sequence<GUID>) {
        let waiting = self.inOrder(ids)
        guard let last = waiting.last else { return }
        for slot in waiting { self.change(slot, to: .waiting) }
        // All that has not been started yet arrived later. What was started and already waits again need not have.
        let isOrdered = self.order.first.map { last.number < $0.number } ?? true
        self.order.prepend(contentsOf: waiting)
        if !isOrdered { self.order.sort { $0.number < $1.number } }
    }

    private func watch(_ id: GUID, until time: Instant) {
        self.deadlines.add(id, at: time)
        self.deadlines.compact(to: self.slots.count) {
            self.slots.values.lazy.map { DeadlineQueue.Due(time: $0.due, id: $0.id) }
        }
    }

    private func forgetCancelled() {
        guard self.order.count > 2 * self.queuedCount + 16 else { return }
        self.order.removeAll { $0.state != .waiting }
    }
}
