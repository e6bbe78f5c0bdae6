internal import DequeModule
internal import PhotonPumpWire

/// The events of a persistent subscription that wait for a consumer.
///
/// A live group takes events as they are committed. If too many wait it falls behind, and reads the stream again up to
/// the latest events, which it remembers for that purpose: once it reads one of those, it is live again.
struct GroupBuffer {
    /// The outcome of offering an event.
    enum Outcome {
        case taken
        /// No consumer takes this event now, but one may take the next.
        case skipped
        /// No consumer takes anything.
        case full
    }

    private let capacity: Int
    private let liveCapacity: Int
    /// Events to be delivered again, before all others, in the order of their numbers.
    private(set) var retries: Deque<GroupEvent> = []
    private(set) var waiting: Deque<GroupEvent> = []
    /// The latest events, waiting or not.
    private(set) var latest: Deque<GroupEvent> = []
    private(set) var isLive: Bool

    init(capacity: Int, liveCapacity: Int, isLive: Bool) {
        self.capacity = capacity
        self.liveCapacity = liveCapacity
        self.isLive = isLive
    }

    func hasRoom(for count: Int) -> Bool { self.capacity - (self.retries.count + self.waiting.count) > count }

    /// The number of the first event to be delivered again that counts for the group's progress.
    var lowestRetry: Int64? {
        self.retries.lazy.filter(\.isProgress).map(\.number).min()
    }

    mutating func retry(_ event: GroupEvent) {
        let number = event.orderNumber
        var (low, high) = (0, self.retries.count)
        while low < high {
            let middle = (low + high) / 2
            if self.retries[middle].orderNumber <= number { low = middle + 1 } else { high = middle }
        }
        self.retries.insert(event, at: low)
    }

    /// An event was committed.
    ///
    /// - Returns: false if the group falls behind with it, so that it must be read.
    mutating func committed(_ event: GroupEvent) -> Bool {
        let wasLive = self.isLive
        if self.isLive {
            if self.waiting.count < self.capacity { self.waiting.append(event) } else { self.isLive = false }
        }
        if self.latest.count >= self.liveCapacity { _ = self.latest.popFirst() }
        if self.liveCapacity > 0 { self.latest.append(event) }
        return self.isLive || !wasLive
    }

    /// An event was read; it is the stream's next visible one.
    mutating func read(_ event: GroupEvent) {
        guard !self.isLive else { return }
        if let first = self.latest.first, event.number >= first.number {
            self.goLive(from: event.number)
        } else {
            self.waiting.append(event)
        }
    }

    /// There is nothing more to read before event `next`.
    mutating func endRead(next: Int64) {
        if !self.isLive { self.goLive(from: next) }
    }

    private mutating func goLive(from number: Int64) {
        self.latest.removeAll { $0.number < number }
        self.waiting.append(contentsOf: self.latest)
        self.latest.removeAll()
        self.isLive = true
    }

    /// Offers waiting events, in order, until no consumer takes anything.
    mutating func offer(_ take: (GroupEvent) -> Outcome) {
        if Self.offer(&self.retries, take) { _ = Self.offer(&self.waiting, take) }
    }

    /// - Returns: false if no consumer takes anything.
    private static func offer(_ events: inout Deque<GroupEvent>, _ take: (GroupEvent) -> Outcome) -> Bool {
        var skipped: Deque<GroupEvent> = []
        while let event = events.popFirst() {
            switch take(event) {
            case .taken:
                break
            case .skipped:
                skipped.append(event)
            case .full:
                events.prepend(event)
                events.prepend(contentsOf: skipped)
                return false
            }
        }
        events = skipped
        return true
    }
}

extension GroupEvent {
    /// Decides which of the events to be delivered again comes first.
    fileprivate var orderNumber: Int64 { (self.record.event ?? self.original).number }
}
