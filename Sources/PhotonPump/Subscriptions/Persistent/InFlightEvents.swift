internal import PhotonPumpTransport
internal import PhotonPumpWire

/// The events that the server has pushed and that are neither acknowledged nor refused, each in a slot; at most as many
/// as the server was allowed. Pure, with the time passed in.
///
/// An event that the server delivers again keeps its slot: the server counts events, not deliveries.
struct InFlightEvents {
    typealias Instant = Environment.Instant

    enum Admission: Equatable {
        /// It takes this slot.
        case new(slot: Int)
        /// It was in this slot already; the consumer may have received the earlier delivery.
        case again(slot: Int, wasGiven: Bool)
        /// It takes the slot of the event that was pushed the longest time ago. By its own clock and settings, the
        /// server must have timed that one out.
        case instead(slot: Int, wasGiven: Bool)
        /// There is no slot: the server has pushed more than it was allowed, all of it just now.
        case tooMany
        /// There are too many bytes: it is left to the server.
        case left
    }

    /// What happens to events as time passes.
    struct Look: Equatable {
        /// Events that the consumer has and whose time is nearly up; each is reported once.
        var slow: [GUID] = []
        /// All events, if every slot has been taken for longer than the timeout; reported once until a slot is free.
        var stalled: [GUID] = []
        /// When to check again; nil if there is nothing to check.
        var next: Instant?
    }

    private struct Slot {
        let id: GUID
        let bytes: Int
        /// When the event was first pushed.
        let since: Instant
        /// When the server last pushed it.
        var pushed: Instant
        /// How often the server has pushed it.
        var pushCount = 1
        var isGiven = false
        var isToldSlow = false
    }

    /// The shortest timeout of groups, except those where a shorter one was set.
    private static let shortestTimeout: Duration = .seconds(1)

    private let timeout: Duration?
    var budget: InFlightBudget
    /// As many slots as were ever taken at once.
    private var slots: [Slot?] = []
    private var free: [Int] = []
    private(set) var bytes = 0
    /// Whether it was reported that all slots are taken, and none is free since.
    private(set) var isToldStalled = false

    /// - Parameters:
    ///   - budget: the number of events that the server may push, and their size.
    ///   - timeout: how long the server waits for an acknowledgement; nil for ever.
    init(_ budget: InFlightBudget, timeout: Duration?) {
        self.budget = budget
        self.timeout = timeout
    }

    var count: Int { self.slots.count - self.free.count }
    /// Whether the server may push nothing else, or in vain.
    private var isFull: Bool { self.count == self.budget.limit || self.budget.next != nil }

    /// An event has arrived.
    ///
    /// - Parameters:
    ///   - bytes: its size.
    ///   - isRepeated: whether the server says that it has pushed the event before.
    mutating func admit(_ id: GUID, bytes: Int, isRepeated: Bool, now: Instant) -> Admission {
        let isFull = self.count == self.budget.limit
        if isRepeated || isFull, let slot = self.slots.firstIndex(where: { $0?.id == id }), let old = self.slots[slot] {
            self.slots[slot] = Slot(
                id: id, bytes: bytes, since: old.since, pushed: now, pushCount: old.pushCount + 1)
            self.bytes += bytes - old.bytes
            return .again(slot: slot, wasGiven: old.isGiven)
        }
        guard self.budget.hasRoom(for: bytes, besides: (self.count, self.bytes)) else { return .left }
        if isFull {
            // The group's timeout may be shorter than what is known here.
            let patience = min(self.timeout ?? Self.shortestTimeout, Self.shortestTimeout)
            guard let (slot, old) = self.oldest, old.pushed + patience <= now else { return .tooMany }
            self.slots[slot] = Slot(id: id, bytes: bytes, since: now, pushed: now)
            self.bytes += bytes - old.bytes
            self.isToldStalled = false
            return .instead(slot: slot, wasGiven: old.isGiven)
        }
        let new = Slot(id: id, bytes: bytes, since: now, pushed: now)
        self.bytes += bytes
        if let slot = self.free.popLast() {
            self.slots[slot] = new
            return .new(slot: slot)
        }
        self.slots.append(new)
        return .new(slot: self.slots.count - 1)
    }

    /// The consumer now has the event in this slot.
    mutating func give(_ slot: Int) {
        self.slots[slot]?.isGiven = true
    }

    /// The consumer is done with an event.
    ///
    /// - Returns: whether it had received the latest delivery; nil if the event is not in flight (any more).
    mutating func remove(_ id: GUID, slot: Int) -> Bool? {
        guard self.slots.indices.contains(slot), let old = self.slots[slot], old.id == id else { return nil }
        self.slots[slot] = nil
        self.free.append(slot)
        self.bytes -= old.bytes
        self.budget.settled(old.bytes)
        self.isToldStalled = false
        return old.isGiven
    }

    /// How often the server has pushed the event in this slot.
    func pushCount(_ slot: Int) -> Int {
        self.slots[slot]?.pushCount ?? 0
    }

    /// Whether this is the latest delivery in the slot.
    func isLatest(_ id: GUID, slot: Int, pushCount: Int) -> Bool {
        guard self.slots.indices.contains(slot), let current = self.slots[slot] else { return false }
        return current.id == id && current.pushCount == pushCount
    }

    /// The server has taken all events back, if there were any, and may push as many as the budget now says.
    mutating func removeAll() {
        self.budget.renew()
        self = Self(self.budget, timeout: self.timeout)
    }

    mutating func look(now: Instant) -> Look {
        var look = Look()
        guard let timeout, self.count > 0 else { return look }
        let patience = timeout * 4 / 5
        for (index, slot) in self.slots.enumerated() {
            guard let slot, slot.isGiven, !slot.isToldSlow else { continue }
            if slot.pushed + patience <= now {
                self.slots[index]?.isToldSlow = true
                look.slow.append(slot.id)
            }
        }
        let taken = self.slots.compactMap(\.self)
        let youngest = taken.map(\.since).max() ?? now
        if self.isFull, youngest + timeout <= now, !self.isToldStalled {
            self.isToldStalled = true
            look.stalled = taken.map(\.id)
        }
        var times = taken.filter { !$0.isToldSlow }.map { $0.pushed + patience }
        if self.isFull, !self.isToldStalled { times.append(youngest + timeout) }
        // Not for each event separately.
        look.next = max(times.min() ?? now + patience, now + timeout / 20)
        return look
    }

    /// The event that was pushed the longest time ago.
    private var oldest: (slot: Int, Slot)? {
        self.slots.enumerated().compactMap { index, slot in slot.map { (index, $0) } }
            .min { $0.1.pushed < $1.1.pushed }
    }
}
