/// What a subscription holds for its consumer: items that are ready, events that are held back until everything that
/// precedes them was read, and, as its consumer may not have looked at it yet, the batch that was taken last; pure.
struct CatchUpBuffer {
    struct Size: Equatable {
        var events = 0
        var bytes = 0

        static func + (one: Self, other: Self) -> Self {
            Self(events: one.events + other.events, bytes: one.bytes + other.bytes)
        }
    }

    private let limit: Size
    private var ready: [CatchUpItem] = []
    private(set) var readySize = Size()
    private var held: [CatchUpEvent] = []
    private var heldSize = Size()
    /// How far the events that are held back reach, with those that do not match the filter.
    private(set) var heldPlace: CatchUpPlace?
    private var inHand = Size()
    /// The most that there was of each at once.
    private(set) var peak = Size()

    init(limit: Size) {
        self.limit = limit
    }

    /// Whether nothing is ready.
    var isEmpty: Bool { self.ready.isEmpty }
    /// Of what is waiting for the consumer, ready or held back.
    var size: Size { self.readySize + self.heldSize }

    func hasRoom(for event: CatchUpEvent) -> Bool {
        let total = self.size + self.inHand
        return total.events == 0
            || (total.events < self.limit.events && total.bytes + event.record.byteCount <= self.limit.bytes)
    }

    /// The error for an event for which there is no room.
    var overflow: PhotonPumpError {
        let size = self.readySize
        return PhotonPumpError(
            .bufferOverflow, "the consumer is too slow: \(size.events) events (\(size.bytes) bytes) wait for it")
    }

    mutating func append(_ event: CatchUpEvent) {
        self.ready.append(.event(event))
        Self.count(event, &self.readySize)
        self.notePeak()
    }

    mutating func append(_ marker: CatchUpItem) {
        // Only the last of several checkpoints in a row matters.
        if case .checkpoint = marker, case .checkpoint? = self.ready.last { self.ready.removeLast() }
        // What has become true again, without an event in between, was not worth telling when it ceased to be. A consumer
        // that never comes back while the connection comes and goes would otherwise find more and more of it.
        let news = (self.ready.lastIndex { $0.isDelivered } ?? -1) + 1
        if let index = self.ready[news...].firstIndex(of: marker) { self.ready.removeSubrange(index...) }
        self.ready.append(marker)
    }

    /// The batch for the consumer, if something is ready.
    mutating func take() -> [CatchUpItem]? {
        guard !self.ready.isEmpty else { return nil }
        self.inHand = self.readySize
        defer { self.discard() }
        return self.ready
    }

    /// The consumer is done with the batch that it took.
    mutating func consumed() { self.inHand = Size() }

    /// Nothing that is ready will be taken.
    mutating func discard() { (self.ready, self.readySize) = ([], Size()) }

    // MARK: Held back

    mutating func hold(_ event: CatchUpEvent) {
        self.held.append(event)
        Self.count(event, &self.heldSize)
        self.notePeak()
    }

    /// There is nothing to hold back up to this place.
    mutating func hold(upTo place: CatchUpPlace) { self.heldPlace = place }

    /// What was held back, which is not any longer.
    mutating func release() -> (events: [CatchUpEvent], upTo: CatchUpPlace?) {
        defer { (self.held, self.heldSize, self.heldPlace) = ([], Size(), nil) }
        return (self.held, self.heldPlace)
    }

    private static func count(_ event: CatchUpEvent, _ size: inout Size) {
        size.events += 1
        size.bytes += event.record.byteCount
    }

    private mutating func notePeak() {
        let total = self.size + self.inHand
        self.peak = Size(events: max(self.peak.events, total.events), bytes: max(self.peak.bytes, total.bytes))
    }
}
