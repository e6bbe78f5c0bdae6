internal import PhotonPumpTransport
internal import PhotonPumpWire

/// Decides when to connect, what the consumer receives, and when acknowledgements are sent; pure, with time, chance and
/// ids passed in.
struct PersistentSubscriptionState {
    typealias Instant = Environment.Instant
    typealias Change = PersistentSubscription.Change
    typealias Acknowledgement = PersistentSubscription.Acknowledgement

    private let messageTimeout: Duration?
    private(set) var phase: Phase
    private(set) var events: PushedEvents
    private var acknowledgements: AcknowledgementBatch
    private(set) var reconnecting: Reconnecting
    private var demand = Demand<Batch>()
    /// Whether the events are being iterated, or have been.
    private var isClaimed = false
    /// Whose work the events are that were handed out last.
    private var work: Work?
    /// When the events arrived that are being received.
    private var arrival: Instant?
    /// Of the batches that are handed out now; see ``Action/discard(before:)``.
    private var generation = 0
    private var isWatched = false

    /// - Parameters:
    ///   - bufferSize: the number of events that may be in flight.
    ///   - bufferBytes: their size.
    ///   - delays: whether an acknowledgement may wait for others.
    ///   - id: the id of the first request.
    init(
        bufferSize: Int, bufferBytes: Int, messageTimeout: Duration?, delays: Bool, backoff: Backoff, id: GUID
    ) {
        self.messageTimeout = messageTimeout
        self.phase = .connecting(id)
        self.events = PushedEvents(
            InFlightBudget(events: bufferSize, bytes: bufferBytes), timeout: messageTimeout)
        self.acknowledgements = AcknowledgementBatch(bufferSize: bufferSize, delays: delays)
        self.reconnecting = Reconnecting(backoff)
    }

    /// Whether the consumer, unless it is at this work, still handles events that it received before the stop, or the
    /// server was just asked to end the subscription.
    func isBusy(besides own: Work?) -> Bool {
        switch self.phase {
        case .stopping: own.flatMap { self.work?.overlaps($0) } != true
        case .unsubscribing: true
        case .connecting, .connected, .waiting, .ended: false
        }
    }

    // MARK: The connection

    /// It is time to connect, for the first time.
    mutating func begin() -> [Action] {
        if case .connecting(let id) = self.phase { [.connect(id)] } else { [] }
    }

    /// The server has agreed.
    mutating func confirmed(_ id: GUID, subscription: String, now: Instant) -> [Action] {
        guard self.phase == .connecting(id) else { return [.unsubscribe(id)] }
        self.phase = .connected(id, subscription: subscription)
        let isFirst = self.reconnecting.connected(now: now)
        return [.announce(.connected)] + (isFirst ? [.started] : [])
    }

    /// The server has refused, or could not be asked.
    ///
    /// - Parameter chance: from 0 to 1, the part of the longest pause to wait.
    mutating func failed(_ id: GUID, _ error: PhotonPumpError, now: Instant, chance: Double) -> [Action] {
        guard self.phase == .connecting(id) else { return [] }
        guard let (pause, attempt) = self.reconnecting.refused(error, now: now, chance: chance) else {
            return self.end(error)
        }
        return self.wait(pause, attempt, error)
    }

    /// The connection was lost, or the server ended the subscription.
    ///
    /// - Parameter next: the id for the next request.
    mutating func interrupted(_ error: PhotonPumpError, next: GUID, now: Instant, chance: Double) -> [Action] {
        self.arrival = nil
        switch self.phase {
        case .connecting, .waiting, .ended: return []
        case .stopping, .unsubscribing: return self.end(nil)
        case .connected: break
        }
        guard let (pause, attempt) = self.reconnecting.lost(error, now: now, chance: chance) else {
            return self.end(error)
        }
        if attempt > 1, error.code == .connectionLost { self.events.budget.narrow() }
        self.forgetEvents()
        guard attempt == 1 else { return self.wait(pause, attempt, error) }
        self.phase = .connecting(next)
        return [self.discard(), .announce(.interrupted(attempt: attempt, after: pause, cause: error)), .connect(next)]
    }

    /// The pause before an attempt is over.
    mutating func waited(attempt: Int, next: GUID) -> [Action] {
        guard self.phase == .waiting(attempt: attempt) else { return [] }
        self.phase = .connecting(next)
        return [.connect(next)]
    }

    /// The server has confirmed the end, or has had enough time to.
    mutating func unsubscribed() -> [Action] {
        if case .unsubscribing = self.phase { self.end(nil) } else { [] }
    }

    /// Connects with another limit, if that is to be and no event is in flight.
    private mutating func renew(_ next: () -> GUID) -> [Action] {
        guard let limit = self.events.budget.next, self.events.count == 0, case .connected(let id, _) = self.phase
        else {
            return []
        }
        let (acknowledgements, next) = (self.flush(), next())
        self.forgetEvents()
        self.phase = .connecting(next)
        return acknowledgements + [.announce(.limited(to: limit)), .unsubscribe(id), .connect(next)]
    }

    private mutating func wait(_ pause: Duration, _ attempt: Int, _ error: PhotonPumpError) -> [Action] {
        self.phase = .waiting(attempt: attempt)
        return [
            self.discard(), .announce(.interrupted(attempt: attempt, after: pause, cause: error)),
            .pause(pause, attempt: attempt),
        ]
    }

    /// The subscription is over: nothing more is sent.
    private mutating func end(_ error: PhotonPumpError?) -> [Action] {
        self.phase = .ended
        self.reconnecting.ended(error)
        self.forgetEvents()
        self.endDelivery(error)
        let start: [Action] = self.reconnecting.hasBeenConnected ? [] : [.notStarted(error)]
        return [self.discard(), .announce(.ended(error))] + start + self.deliver() + [.end]
    }

    /// The server delivers all of them again.
    private mutating func forgetEvents() {
        self.events.removeAll()
        self.acknowledgements.removeAll()
    }

    // MARK: The events

    /// The server has pushed an event; ``receivedAll(now:)`` follows.
    ///
    /// - Parameter next: the id for the next request, in case one is needed.
    mutating func received(
        _ event: ResolvedEvent, retryCount: Int, on connection: GUID, next: @autoclosure () -> GUID,
        now: @autoclosure () -> Instant
    ) -> [Action] {
        guard case .connected(connection, _) = self.phase else { return [] }
        let now = self.arrival ?? now()
        self.arrival = now
        if self.events.add(event, retryCount: retryCount, on: connection, now: now) { return [] }
        let error = PhotonPumpError(
            .unexpectedReply, "the server has pushed more than the \(self.events.count) events it was allowed")
        return [.unsubscribe(connection)] + self.interrupted(error, next: next(), now: now, chance: 1)
    }

    /// All events that arrived together have been received.
    mutating func receivedAll() -> [Action] {
        self.arrival = nil
        guard !self.isWatched, let messageTimeout, self.events.count > 0 else { return self.deliver() }
        self.isWatched = true
        return self.deliver() + [.watch(after: messageTimeout * 4 / 5)]
    }

    /// It is time to check the events in flight.
    mutating func watchDue(now: Instant) -> [Action] {
        let look = self.events.look(now: now)
        self.isWatched = look.next != nil
        var actions: [Action] = []
        if let messageTimeout {
            actions += look.slow.map { .announce(.slow($0.uuid, messageTimeout: messageTimeout)) }
        }
        if !look.stalled.isEmpty { actions.append(.announce(.stalled(look.stalled.map(\.uuid)))) }
        if let next = look.next { actions.append(.watch(after: next - now)) }
        return actions
    }

    // MARK: The consumer

    /// A consumer wants to iterate over the events.
    ///
    /// - Returns: whether it is the first.
    mutating func claim() -> Bool {
        defer { self.isClaimed = true }
        return !self.isClaimed
    }

    /// The consumer wants events.
    ///
    /// - Parameter work: whose work they will be.
    mutating func demanded(for work: Work) -> [Action] {
        self.work = work
        self.demand.open()
        let delivery = self.deliver()
        return delivery.isEmpty ? self.flush() : delivery
    }

    /// The consumer's task is cancelled.
    mutating func cancelled() -> [Action] {
        self.stop(CancellationError())
    }

    /// No more events should be delivered.
    ///
    /// - Parameter error: what the consumer receives instead of the end.
    mutating func stop(_ error: (any Error)? = nil) -> [Action] {
        self.endDelivery(error)
        switch self.phase {
        case .connecting(let id): return self.end(nil) + [.cancel(id)]
        case .waiting: return self.end(nil)
        case .connected(let id, let subscription):
            guard self.isClaimed else { return self.finish() }
            self.phase = .stopping(id, subscription: subscription)
            return self.flush() + [self.discardWaiting(), .announce(.stopping)] + self.deliver()
        case .stopping, .unsubscribing, .ended: return []
        }
    }

    /// The consumer is done with the events it received.
    mutating func finish() -> [Action] {
        switch self.phase {
        case .connecting, .waiting: return self.stop()
        case .connected(let id, _), .stopping(let id, _):
            let acknowledgements = self.flush()
            self.phase = .unsubscribing(id)
            return acknowledgements + [.unsubscribe(id), self.discardWaiting()] + self.deliver()
        case .unsubscribing, .ended: return []
        }
    }

    /// Gives the waiting consumer what there is.
    private mutating func deliver() -> [Action] {
        let generation = self.generation
        let delivery = self.demand.meet(from: &self.events) { events in
            events.handOut().map { Batch(events: $0, generation: generation) }
        }
        return delivery.map { [.deliver($0)] } ?? []
    }

    /// The consumer receives nothing more but, once, the first reason for that.
    private mutating func endDelivery(_ error: (any Error)?) {
        if !self.demand.isEnding { self.demand.end(error) }
    }

    private mutating func discardWaiting() -> Action {
        self.events.discardWaiting()
        self.endDelivery(nil)
        return self.discard()
    }

    private mutating func discard() -> Action {
        self.generation += 1
        return .discard(before: self.generation)
    }

    // MARK: Acknowledgements

    /// The consumer has handled these events.
    mutating func acknowledge(
        _ events: some Sequence<DeliveredEvent>, next: @autoclosure () -> GUID
    ) -> (outcomes: [Acknowledgement], actions: [Action]) {
        let wasStalled = self.events.isStalled
        let outcomes = events.map { self.collect($0) }
        return (outcomes, self.collected(wasStalled, next))
    }

    /// The consumer has handled this event.
    mutating func acknowledge(
        _ event: DeliveredEvent, next: @autoclosure () -> GUID
    ) -> (Acknowledgement, [Action]) {
        let wasStalled = self.events.isStalled
        let outcome = self.collect(event)
        return (outcome, self.collected(wasStalled, next))
    }

    private mutating func collect(_ event: DeliveredEvent) -> Acknowledgement {
        guard self.complete(event) else { return .expired }
        self.acknowledgements.add(event.acknowledgedID)
        return .accepted
    }

    /// What follows from acknowledgements.
    private mutating func collected(_ wasStalled: Bool, _ next: () -> GUID) -> [Action] {
        var actions = self.recovery(wasStalled)
        if self.events.budget.next != nil { actions += self.renew(next) }
        if self.acknowledgements.isFull {
            actions += self.flush()
        } else if self.acknowledgements.schedule() {
            actions.append(.flushLater)
        }
        return actions
    }

    /// The consumer cannot handle these events. Earlier acknowledgements are sent first.
    mutating func refuse(
        _ events: some Sequence<DeliveredEvent>, _ action: PersistentSubscription.RefusalAction, reason: String?,
        next: @autoclosure () -> GUID
    ) -> (outcomes: [Acknowledgement], actions: [Action]) {
        var ids: [GUID] = []
        let wasStalled = self.events.isStalled
        let outcomes = events.map { event -> Acknowledgement in
            guard self.complete(event) else { return .expired }
            ids.append(event.acknowledgedID)
            return .accepted
        }
        guard !ids.isEmpty else { return (outcomes, []) }
        let refusals = self.notices(.refusal(action, reason: reason), AcknowledgementBatch.parts(of: ids))
        return (outcomes, self.recovery(wasStalled) + self.flush() + refusals + self.renew(next))
    }

    private func recovery(_ wasStalled: Bool) -> [Action] {
        wasStalled && !self.events.isStalled ? [.announce(.recovered)] : []
    }

    /// It is time to send what has been collected.
    mutating func flushDue() -> [Action] {
        self.acknowledgements.unschedule()
        return self.flush()
    }

    /// Sends what has been collected.
    mutating func flush() -> [Action] { self.notices(.acknowledgement, self.acknowledgements.drain()) }

    /// - Returns: false if the event is not in flight on this connection.
    private mutating func complete(_ event: DeliveredEvent) -> Bool {
        switch self.phase {
        case .connected(event.connection, _), .stopping(event.connection, _): self.events.remove(event)
        default: false
        }
    }

    private func notices(_ kind: Notice.Kind, _ parts: [[GUID]]) -> [Action] {
        switch self.phase {
        case .connected(let connection, let subscription), .stopping(let connection, let subscription):
            parts.map { .send(Notice(connection: connection, subscription: subscription, kind: kind, ids: $0)) }
        case .connecting, .waiting, .unsubscribing, .ended: []
        }
    }
}
