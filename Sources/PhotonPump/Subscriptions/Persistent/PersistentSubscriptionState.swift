internal import PhotonPumpWire

/// Decides when to connect, what the consumer receives, and when acknowledgements are sent; pure, with time, chance and
/// ids passed in.
struct PersistentSubscriptionState {
    typealias Instant = ContinuousClock.Instant
    typealias Change = PersistentSubscription.Change

    enum Phase: Equatable {
        /// The request to connect was sent. Exits: `connected`, `waiting`, `ended`.
        case connecting(GUID)
        /// The server delivers. Exits: `connecting` and `waiting` (lost, or ended by the server), `stopping`,
        /// `leaving`, `ended`.
        case connected(GUID, subscription: String)
        /// Waiting before that attempt. Exits: `connecting`, `ended`.
        case waiting(attempt: Int)
        /// The consumer receives nothing more, but can acknowledge what it has. Exits: `leaving`, `ended`.
        case stopping(GUID, subscription: String)
        /// The server has been told, but has not confirmed it. Exits: `ended`.
        case leaving(GUID)
        case ended
    }

    /// A message to the server.
    struct Notice: Equatable {
        enum Kind: Equatable {
            case acknowledgement
            case refusal(PersistentSubscription.RefusalAction, reason: String?)
        }

        let connection: GUID
        let subscription: String
        let kind: Kind
        let ids: [GUID]
    }

    enum Delivery {
        case events([DeliveredEvent])
        case end
        case error(any Error)
    }

    /// What to do after an event.
    struct Actions {
        /// To be posted in this order, before anything that is decided later; ``leave`` comes after them.
        var notices: [Notice] = []
        /// End the subscription with this id on the server.
        var leave: GUID?
        /// What the waiting consumer receives.
        var deliver: Delivery?
        /// What the caller that waits for the first connection receives.
        var started: Result<Void, any Error>?
        /// Abandon the request with this id.
        var cancel: GUID?
        /// Send a request to connect, with this id.
        var connect: GUID?
        /// Call ``waited(attempt:next:)`` when it is time for the attempt.
        var pause: (duration: Duration, attempt: Int)?
        /// Call ``flushDue()`` when it is time to send what has been collected.
        var flushesLater = false
        /// Call ``watchDue(now:)`` when it is time to check the events in flight.
        var watch: Duration?
        var changes: [Change] = []
        /// Events that the consumer has received but not looked at are void.
        var discards = false
    }

    /// A connection that lasts this long counts as a success; a shorter one as a failed attempt.
    static let steady: Duration = .seconds(1)
    /// For this long after a loss, a refusal that may result from it is not final: the server may still count the
    /// consumer, because it does not know yet that its connection is lost, or may just be starting and not have loaded
    /// its users yet.
    static let patience: Duration = .seconds(30)

    let messageTimeout: Duration?
    let backoff: Backoff
    var phase: Phase
    var inFlight: InFlightEvents
    var batch: AcknowledgementBatch
    var buffer: [DeliveredEvent] = []
    /// Whether the events are being iterated, or have been.
    var isTaken = false
    var isAwaited = false
    /// What the consumer receives after the last event, once.
    var lastWord: Delivery?
    var isFlushScheduled = false
    var isWatched = false
    private(set) var failures = 0
    private(set) var lastError: PhotonPumpError?
    private var hasBeenConnected = false
    private var connectedAt: Instant?
    /// Since when, after a loss, the server has refused what it had granted before.
    private var refusedSince: Instant?

    /// - Parameters:
    ///   - bufferSize: the number of events that may be in flight.
    ///   - id: the id of the first request, which is about to be sent.
    init(
        bufferSize: Int, messageTimeout: Duration?, delays: Bool, backoff: Backoff, id: GUID
    ) {
        self.messageTimeout = messageTimeout
        self.backoff = backoff
        self.phase = .connecting(id)
        self.inFlight = InFlightEvents(limit: bufferSize, timeout: messageTimeout)
        self.batch = AcknowledgementBatch(bufferSize: bufferSize, delays: delays)
    }

    var status: PersistentSubscription.Status {
        let phase: PersistentSubscription.Status.Phase =
            switch self.phase {
            case .connecting: .connecting
            case .connected: .connected
            case .waiting: .waiting
            case .stopping, .leaving: .stopping
            case .ended: .ended
            }
        return PersistentSubscription.Status(
            phase: phase,
            buffered: self.buffer.count,
            inFlight: self.inFlight.count,
            failedAttempts: self.failures,
            lastError: self.lastError
        )
    }

    /// The server has agreed.
    mutating func confirmed(_ id: GUID, subscription: String, now: Instant) -> Actions {
        var actions = Actions()
        guard self.phase == .connecting(id) else {
            actions.leave = id
            return actions
        }
        self.phase = .connected(id, subscription: subscription)
        self.connectedAt = now
        self.refusedSince = nil
        if !self.hasBeenConnected { actions.started = .success(()) }
        self.hasBeenConnected = true
        actions.changes = [.connected]
        return actions
    }

    /// The server has refused, or could not be asked.
    ///
    /// - Parameter chance: from 0 to 1, the part of the longest pause to wait.
    mutating func failed(_ id: GUID, _ error: PhotonPumpError, now: Instant, chance: Double) -> Actions {
        guard self.phase == .connecting(id) else { return Actions() }
        guard self.hasBeenConnected else { return self.end(error) }
        if error.code.mayComeOfLoss {
            let since = self.refusedSince ?? now
            self.refusedSince = since
            guard now - since < Self.patience else { return self.end(error) }
        } else if error.code.endsPersistentSubscription {
            return self.end(error)
        }
        self.failures += 1
        return self.wait(error, chance)
    }

    /// The connection was lost, or the server ended the subscription.
    ///
    /// - Parameter next: the id for the next request.
    mutating func interrupted(_ error: PhotonPumpError, next: GUID, now: Instant, chance: Double) -> Actions {
        switch self.phase {
        case .connecting, .waiting, .ended:
            return Actions()
        case .stopping, .leaving:
            return self.end(nil)
        case .connected:
            guard !error.code.endsPersistentSubscription else { return self.end(error) }
            let age = self.connectedAt.map { now - $0 } ?? .zero
            self.failures = age >= Self.steady ? 0 : self.failures + 1
            self.forgetEvents()
            guard self.failures == 0 else { return self.wait(error, chance) }
            self.lastError = error
            self.phase = .connecting(next)
            var actions = Actions()
            actions.discards = true
            actions.connect = next
            actions.changes = [.interrupted(attempt: 1, after: .zero, cause: error)]
            return actions
        }
    }

    /// The pause before an attempt is over.
    mutating func waited(attempt: Int, next: GUID) -> Actions {
        var actions = Actions()
        guard self.phase == .waiting(attempt: attempt) else { return actions }
        self.phase = .connecting(next)
        actions.connect = next
        return actions
    }

    /// The server has confirmed the end, or has had enough time to.
    mutating func left() -> Actions {
        guard case .leaving = self.phase else { return Actions() }
        return self.end(nil)
    }

    private mutating func wait(_ error: PhotonPumpError, _ chance: Double) -> Actions {
        self.lastError = error
        let attempt = self.failures + 1
        self.phase = .waiting(attempt: attempt)
        let pause = self.backoff.delay(attempts: self.failures, chance: chance)
        var actions = Actions()
        actions.discards = true
        actions.pause = (pause, attempt)
        actions.changes = [.interrupted(attempt: attempt, after: pause, cause: error)]
        return actions
    }

    /// The subscription is over: nothing more is sent.
    mutating func end(_ error: PhotonPumpError?) -> Actions {
        self.phase = .ended
        self.lastError = error ?? self.lastError
        self.forgetEvents()
        var actions = Actions()
        actions.discards = true
        if !self.hasBeenConnected { actions.started = .failure(error ?? CancellationError()) }
        self.lastWord = self.lastWord ?? error.map(Delivery.error) ?? .end
        actions.changes = [.ended(error)]
        self.hand(&actions)
        return actions
    }

    /// The server delivers all of them again.
    private mutating func forgetEvents() {
        self.buffer = []
        self.inFlight.removeAll()
        self.batch.removeAll()
    }
}

extension PhotonPumpError.Code {
    /// Whether connecting again would be pointless.
    fileprivate var endsPersistentSubscription: Bool {
        [
            .subscriptionNotFound, .subscriptionDeleted, .tooManySubscribers, .accessDenied, .notAuthenticated,
            .badRequest, .invalidArgument, .clientClosed,
        ].contains(self)
    }

    /// Whether it may pass once the server has recovered from the loss.
    fileprivate var mayComeOfLoss: Bool { [.tooManySubscribers, .notAuthenticated].contains(self) }
}
