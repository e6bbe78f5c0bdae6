internal import PhotonPumpTransport
internal import PhotonPumpWire

/// Who wants to know what becomes of a client's connection: readers of its changes, and tasks that wait for it.
struct ConnectionObservers {
    private struct Waiter {
        let deadline: Environment.Instant
        let continuation: CheckedContinuation<Void, any Error>
    }

    private let broadcast = Broadcast<ConnectionChange> { if case .closed = $0 { true } else { false } }
    private let metrics: ClientMetrics?
    private var waiters: [GUID: Waiter] = [:]

    init(_ metrics: ClientMetrics?) {
        self.metrics = metrics
    }

    // MARK: Readers

    var changes: AsyncStream<ConnectionChange> { self.broadcast.stream { $0 } }

    func announce(_ change: ConnectionChange) {
        self.metrics?.note(change)
        self.broadcast.note(change)
        self.broadcast.tell()
    }

    // MARK: Waiting tasks

    var isAnyoneWaiting: Bool { !self.waiters.isEmpty }

    var nextDeadline: Environment.Instant? { self.waiters.values.lazy.map(\.deadline).min() }

    mutating func wait(
        _ id: GUID, until deadline: Environment.Instant, _ continuation: CheckedContinuation<Void, any Error>
    ) {
        self.waiters[id] = Waiter(deadline: deadline, continuation: continuation)
    }

    mutating func cancel(_ id: GUID) {
        self.waiters.removeValue(forKey: id)?.continuation.resume(throwing: CancellationError())
    }

    /// There is a connection, or there will be none.
    mutating func end(_ result: Result<Void, PhotonPumpError>) {
        let waiters = self.waiters
        self.waiters = [:]
        for (_, waiter) in waiters.inOrder { waiter.continuation.resume(with: result.mapError { $0 }) }
    }

    /// Fails those who have waited for long enough.
    mutating func expire(now: Environment.Instant, _ error: @autoclosure () -> PhotonPumpError) {
        for (id, waiter) in self.waiters.inOrder where waiter.deadline <= now {
            self.waiters[id] = nil
            waiter.continuation.resume(throwing: error())
        }
    }
}
