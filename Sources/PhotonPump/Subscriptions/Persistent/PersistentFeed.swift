internal import PhotonPumpWire
internal import Synchronization

/// A persistent subscription across all its connections: carries out what ``PersistentSubscriptionState`` decides.
///
/// It is shared by the subscription, the iteration of its events and the acknowledgements. The client's queue and the
/// consumer's tasks report to it.
final class PersistentFeed: Sendable {
    /// What was requested.
    struct Request: Sendable {
        let group: String
        let stream: String
        let bufferSize: Int
        let messageTimeout: Duration?
        let acknowledgementDelay: Duration
        let options: CallOptions
    }

    /// Events for the consumer.
    struct Batch {
        let events: [DeliveredEvent]
        /// They are void as soon as the feed's generation is a different one.
        let generation: Int
    }

    typealias Actions = PersistentSubscriptionState.Actions
    typealias Change = PersistentSubscription.Change

    /// Everything that the consumer's tasks and the client's queue change.
    struct Shared {
        var machine: PersistentSubscriptionState
        var consumer: CheckedContinuation<Batch?, any Error>?
        var starter: Outcome<Void>?
        var enders: [CheckedContinuation<Void, Never>] = []
        /// Whose work the events are that were handed out last.
        var work: Work?
        /// When the packages now being received arrived.
        var arrival: ContinuousClock.Instant?
    }

    /// How long to wait for the server to confirm the end.
    static let farewell: Duration = .seconds(2)

    let client: Client
    let request: Request
    let conversation: ConnectSubscription
    /// Of the pause before the next attempt.
    let pauseID: GUID
    let shared: Mutex<Shared>
    let happenings = Broadcast<Change> { if case .ended = $0 { true } else { false } }
    /// The current ``Batch/generation``; changed only while ``shared`` is locked.
    let generation = Atomic(0)
    /// Whether it was logged that it is interrupted.
    let isInterrupted = Atomic(false)

    /// - Throws: ``PhotonPumpError/Code/invalidArgument``.
    init(client: Client, _ request: Request) throws(PhotonPumpError) {
        self.client = client
        self.request = request
        self.pauseID = client.nextID()
        self.conversation = try ConnectSubscription(
            group: request.group, stream: request.stream, bufferSize: request.bufferSize)
        let machine = PersistentSubscriptionState(
            bufferSize: request.bufferSize,
            messageTimeout: request.messageTimeout,
            delays: request.acknowledgementDelay > .zero,
            backoff: Backoff(ceiling: .seconds(5)),
            id: client.nextID()
        )
        self.shared = Mutex(Shared(machine: machine))
    }

    deinit {
        let phase = self.shared.withLock { shared in
            let phase = shared.machine.phase
            self.post(shared.machine.finish())
            return phase
        }
        if case .connecting(let id) = phase { self.client.cancel(id) }
        self.client.cancelPause(self.pauseID)
    }

    var status: PersistentSubscription.Status { self.shared.withLock { $0.machine.status } }

    /// Sends the first request to connect, and returns when the server has agreed.
    func start() async throws {
        try Task.checkCancellation()
        let starter = Outcome<Void>()
        let id: GUID? = self.shared.withLock { shared in
            guard case .connecting(let id) = shared.machine.phase else { return nil }
            shared.starter = starter
            return id
        }
        // It was stopped before it was started.
        guard let id else { throw CancellationError() }
        // Before anything is awaited, so that this request has its turn among the caller's others.
        self.connect(id)
        try await withTaskCancellationHandler {
            try await starter.value()
        } onCancel: {
            self.stop()
        }
    }

    /// - Returns: whether the events have not been iterated before.
    func take() -> Bool { self.shared.withLock { $0.machine.taken() } }

    /// The next events, at least one; nil at the end.
    func nextBatch(isolation: isolated (any Actor)?) async throws -> Batch? {
        let work = Work.current
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { consumer in
                self.perform { shared in
                    shared.consumer = consumer
                    shared.work = work
                    return shared.machine.demanded()
                }
                if Task.isCancelled { self.perform { $0.machine.cancelled() } }
            }
        } onCancel: {
            self.perform { $0.machine.cancelled() }
        }
    }

    /// Whether events of this generation can still be acknowledged.
    func isCurrent(_ generation: Int) -> Bool { self.generation.load(ordering: .acquiring) == generation }

    /// Whether to handle an event: it has been neither taken back nor delivered again since.
    func isLatest(_ event: DeliveredEvent) -> Bool { self.shared.withLock { $0.machine.isLatest(event) } }

    /// No more events should be delivered.
    func stop() { self.perform { $0.machine.stop() } }

    /// The consumer is done.
    func finish() { self.perform { $0.machine.finish() } }

    /// Returns when the server has confirmed the end, or will not.
    func ended() async {
        await withCheckedContinuation { ender in
            let isOver = self.shared.withLock { shared in
                if case .ended = shared.machine.phase { return true }
                shared.enders.append(ender)
                return false
            }
            if isOver { ender.resume() }
        }
    }

    func acknowledge(_ events: some Sequence<DeliveredEvent>) -> [PersistentSubscription.Acknowledgement] {
        self.settling { $0.acknowledge(events, &$1) }
    }

    func refuse(
        _ events: some Sequence<DeliveredEvent>, _ action: PersistentSubscription.RefusalAction, reason: String?
    ) -> [PersistentSubscription.Acknowledgement] {
        self.settling { $0.refuse(events, action, reason: reason, &$1) }
    }
}
