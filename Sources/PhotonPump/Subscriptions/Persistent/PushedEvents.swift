internal import PhotonPumpTransport
internal import PhotonPumpWire

/// The events that the server has pushed and that are neither acknowledged nor refused: those that wait for the
/// consumer, and those that it has. Pure, with the time passed in.
struct PushedEvents {
    typealias Instant = Environment.Instant

    private var inFlight: InFlightEvents
    private var waiting: [DeliveredEvent] = []

    /// - Parameters:
    ///   - budget: the number of events that the server may push, and their size.
    ///   - timeout: how long the server waits for an acknowledgement; nil for ever.
    init(_ budget: InFlightBudget, timeout: Duration?) {
        self.inFlight = InFlightEvents(budget, timeout: timeout)
    }

    var count: Int { self.inFlight.count }
    var bytes: Int { self.inFlight.bytes }
    var budget: InFlightBudget {
        get { self.inFlight.budget }
        set { self.inFlight.budget = newValue }
    }
    /// Whether it was reported that they take all slots, and none is free since.
    var isStalled: Bool { self.inFlight.isToldStalled }
    /// The number of those that the consumer does not have.
    var waitingCount: Int { self.waiting.count }

    /// The server has pushed an event, for the first time or again.
    ///
    /// - Returns: false if these are more than it was allowed to push.
    mutating func add(_ event: ResolvedEvent, retryCount: Int, on connection: GUID, now: Instant) -> Bool {
        func delivery(_ slot: Int) -> DeliveredEvent {
            DeliveredEvent(
                resolved: event, retryCount: retryCount, connection: connection, slot: slot,
                pushCount: self.inFlight.pushCount(slot))
        }
        let id = event.received.record.id
        switch self.inFlight.admit(id, bytes: Self.size(of: event), isRepeated: retryCount > 0, now: now) {
        case .new(let slot), .again(let slot, wasGiven: true), .instead(let slot, wasGiven: true):
            self.waiting.append(delivery(slot))
        case .again(let slot, wasGiven: false):
            if let place = self.waiting.firstIndex(where: { $0.slot == slot }) { self.waiting[place] = delivery(slot) }
        case .instead(let slot, wasGiven: false):
            self.waiting.removeAll { $0.slot == slot }
            self.waiting.append(delivery(slot))
        case .left:
            break
        case .tooMany:
            return false
        }
        return true
    }

    private static func size(of event: ResolvedEvent) -> Int {
        (event.event?.record.byteCount ?? 0) + (event.link?.record.byteCount ?? 0)
    }

    /// All that wait, for the consumer; nil if none do.
    mutating func handOut() -> [DeliveredEvent]? {
        if self.waiting.isEmpty { return nil }
        for event in self.waiting { self.inFlight.give(event.slot) }
        defer { self.waiting = [] }
        return self.waiting
    }

    /// The consumer is done with an event.
    ///
    /// - Returns: false if the event is not in flight (any more).
    mutating func remove(_ event: DeliveredEvent) -> Bool {
        guard let wasGiven = self.inFlight.remove(event.acknowledgedID, slot: event.slot) else { return false }
        // It has been delivered again in the meantime; the server has its answer.
        if !wasGiven { self.waiting.removeAll { $0.slot == event.slot } }
        return true
    }

    /// The consumer will not receive those that wait, so it will not acknowledge them.
    mutating func discardWaiting() {
        for event in self.waiting {
            // If it was delivered again, the consumer may still be handling the first delivery.
            if self.inFlight.pushCount(event.slot) > 1 {
                self.inFlight.give(event.slot)
            } else {
                _ = self.inFlight.remove(event.acknowledgedID, slot: event.slot)
            }
        }
        self.waiting = []
    }

    /// The server has taken all events back.
    mutating func removeAll() {
        self.waiting = []
        self.inFlight.removeAll()
    }

    /// Whether an event is in flight and has not been delivered again since.
    func isLatest(_ event: DeliveredEvent) -> Bool {
        self.inFlight.isLatest(event.acknowledgedID, slot: event.slot, pushCount: event.pushCount)
    }

    mutating func look(now: Instant) -> InFlightEvents.Look { self.inFlight.look(now: now) }
}
