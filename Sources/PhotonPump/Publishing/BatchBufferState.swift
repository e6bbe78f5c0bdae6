/// Events on their way from a sequence to writes, at most one batch of them; pure.
///
/// While one batch is being written, the next one collects, so a slow sequence is written event by event and a fast one
/// in full batches.
struct BatchBufferState {
    enum Action: Equatable {
        /// The reader that waits for room may continue.
        case admit
        /// To the writer.
        case deliver(Delivery<[NewEvent]>)
    }

    private let maximumCount: Int
    private let maximumBytes: Int
    private var events: [NewEvent] = []
    private var bytes = 0
    private var isHeldUp = false
    /// Of the writer.
    private var demand = Demand<[NewEvent]>()

    init(maximumCount: Int, maximumBytes: Int) {
        self.maximumCount = maximumCount
        self.maximumBytes = maximumBytes
    }

    private var isFull: Bool { self.events.count >= self.maximumCount || self.bytes >= self.maximumBytes }

    /// Whether an event of `size` bytes must wait for the next batch.
    func mustWait(size: Int) -> Bool {
        !self.events.isEmpty && (self.isFull || self.bytes + size > self.maximumBytes)
    }

    /// The sequence produced an event, and ``mustWait(size:)`` was false.
    mutating func received(_ event: NewEvent, size: Int) -> [Action] {
        self.events.append(event)
        self.bytes += size
        return self.settle()
    }

    /// The next event must wait for room.
    mutating func heldUp() -> [Action] {
        self.isHeldUp = true
        return self.settle()
    }

    /// The sequence is over. Collected events are delivered before that.
    mutating func ended(_ error: (any Error)?) -> [Action] {
        self.demand.end(error)
        return self.settle()
    }

    /// The writer is ready for a batch.
    mutating func demanded() -> [Action] {
        self.demand.open()
        return self.settle()
    }

    private mutating func settle() -> [Action] {
        let delivery = self.demand.meet(from: &self.events) { events in
            defer { events = [] }
            return events.isEmpty ? nil : events
        }
        var actions: [Action] = []
        if self.events.isEmpty {
            self.bytes = 0
            if self.isHeldUp { actions.append(.admit) }
            self.isHeldUp = false
        }
        if let delivery { actions.append(.deliver(delivery)) }
        return actions
    }
}
