/// Events on their way from a sequence to writes, at most one batch of them; pure.
///
/// While one batch is being written, the next one collects, so a slow sequence is written event by event and a fast one
/// in full batches.
struct BatchBufferState {
    /// What to tell both sides, outside any lock.
    struct Actions {
        /// What the writer that waits for a batch receives.
        var deliver: Delivery?
        /// The reader that waits for room may continue.
        var resumeReader = false
    }

    enum Delivery {
        case batch([NewEvent])
        case end
        case error(any Error)
    }

    private enum Source {
        case open, ended
        case failed(any Error)
    }

    private let maximumCount: Int
    private let maximumBytes: Int
    private var events: [NewEvent] = []
    private var bytes = 0
    private var source = Source.open
    private var isAwaited = false
    private var isHeldUp = false

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
    mutating func received(_ event: NewEvent, size: Int) -> Actions {
        self.events.append(event)
        self.bytes += size
        return self.settle()
    }

    /// The next event must wait for room.
    mutating func heldUp() -> Actions {
        self.isHeldUp = true
        return self.settle()
    }

    /// The sequence is over.
    mutating func ended(_ error: (any Error)?) -> Actions {
        self.source = error.map { .failed($0) } ?? .ended
        return self.settle()
    }

    /// The writer is ready for a batch.
    mutating func demanded() -> Actions {
        self.isAwaited = true
        return self.settle()
    }

    private mutating func settle() -> Actions {
        var actions = Actions()
        if self.isAwaited, let delivery = self.takeDelivery() {
            self.isAwaited = false
            actions.deliver = delivery
        }
        if self.isHeldUp, self.events.isEmpty {
            self.isHeldUp = false
            actions.resumeReader = true
        }
        return actions
    }

    /// Collected events are delivered before the end or the error that follows them.
    private mutating func takeDelivery() -> Delivery? {
        if !self.events.isEmpty {
            defer { (self.events, self.bytes) = ([], 0) }
            return .batch(self.events)
        }
        switch self.source {
        case .open: return nil
        case .ended: return .end
        case .failed(let error): return .error(error)
        }
    }
}
