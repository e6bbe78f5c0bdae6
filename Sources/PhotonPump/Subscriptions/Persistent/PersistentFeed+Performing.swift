internal import Dispatch
internal import Foundation
internal import Logging
internal import PhotonPumpTransport
internal import PhotonPumpWire
internal import Synchronization

/// Carries out what the state machine decides.
extension PersistentFeed {
    /// Changes the state, posts the resulting messages to the server in the order of such changes, and carries out the
    /// other resulting actions outside the lock.
    func perform(_ change: (inout sending Shared) -> Actions?) {
        let (actions, calls) = self.shared.withLock { shared -> (Actions?, Callbacks) in
            guard let actions = change(&shared) else { return (nil, Callbacks()) }
            self.post(actions)
            for change in actions.changes { self.happenings.note(change) }
            if actions.discards { self.generation.wrappingAdd(1, ordering: .releasing) }
            return (actions, Callbacks(actions, &shared, generation: self.generation.load(ordering: .relaxed)))
        }
        guard let actions else { return }
        if !actions.changes.isEmpty { self.happenings.tell() }
        calls.make()
        if calls.isOver { self.client.cancelPause(self.pauseID) }
        if let id = actions.cancel { self.client.cancel(id) }
        if let id = actions.connect { self.connect(id) }
        if let pause = actions.pause {
            self.client.pause(self.pauseID, for: pause.duration) { [weak self] in
                guard let self else { return }
                let next = self.client.nextID()
                self.perform { $0.machine.waited(attempt: pause.attempt, next: next) }
            }
        }
        if actions.leave != nil { self.later(Self.farewell) { feed in feed.perform { $0.machine.left() } } }
        if actions.flushesLater { self.flushLater() }
        if let watch = actions.watch { self.later(watch) { feed in feed.perform { $0.machine.watchDue(now: .now) } } }
        for change in actions.changes { self.log(change) }
    }

    /// The same for changes that have an outcome, and lead to nothing but messages to the server.
    func settling<Outcome: Sendable>(
        _ change: (inout PersistentSubscriptionState, inout Actions) -> Outcome
    ) -> Outcome {
        let (outcome, flushesLater) = self.shared.withLock { shared in
            var actions = Actions()
            let outcome = change(&shared.machine, &actions)
            self.post(actions)
            return (outcome, actions.flushesLater)
        }
        if flushesLater { self.flushLater() }
        return outcome
    }

    /// Call this while the state is locked, so that later decisions cannot overtake it. The client takes posted
    /// messages on a later turn of its queue.
    func post(_ actions: Actions) {
        let login = try? self.request.options.credentials?.checked()
        for notice in actions.notices {
            switch notice.kind {
            case .acknowledgement:
                let message = PersistentSubscriptionAckEvents(
                    subscriptionID: notice.subscription, eventIDs: notice.ids)
                self.client.post(message, .persistentSubscriptionAckEvents, notice.connection, login: login)
            case .refusal(let action, let reason):
                let message = PersistentSubscriptionNakEvents(
                    subscriptionID: notice.subscription, eventIDs: notice.ids, message: reason,
                    action: action.wireValue)
                self.client.post(message, .persistentSubscriptionNakEvents, notice.connection, login: login)
            }
        }
        if let id = actions.leave { self.client.endSubscription(id) }
    }

    /// Sends the request to connect.
    func connect(_ id: GUID) {
        let client = self.client
        let terms: CallTerms
        do throws(PhotonPumpError) {
            if client.isClosing {
                let error = PhotonPumpError(.clientClosed, "the client is closed")
                throw error.during(self.conversation.operation, stream: self.conversation.stream)
            }
            terms = try client.terms(self.request.options)
        } catch {
            return self.perform { $0.machine.failed(id, error, now: .now, chance: 1) }
        }
        let exchange = Exchange(self.conversation, id: id, terms: terms) { [weak self, weak client] result in
            client?.assumeIsolated { client in
                guard case .success = result else { return }
                // The events that follow in the same read must find it. If it is gone, no one wants them.
                if let self { client.add(self, id) } else { client.unsubscribe(id) }
            }
            self?.perform { shared in
                switch result {
                case .success(let subscription):
                    return shared.machine.confirmed(id, subscription: subscription, now: .now)
                case .failure(let error as PhotonPumpError):
                    return shared.machine.failed(id, error, now: .now, chance: .random(in: 0...1))
                case .failure:
                    // Whoever cancelled it knows.
                    return nil
                }
            }
        }
        client.begin(exchange)
    }

    func flushLater() {
        self.later(self.request.acknowledgementDelay) { feed in feed.perform { $0.machine.flushDue() } }
    }

    /// - Parameter report: not called if the feed is deallocated by then.
    private func later(_ delay: Duration, _ report: @escaping @Sendable (PersistentFeed) -> Void) {
        let seconds = max(0, delay / .seconds(1))
        self.client.executor.queue.asyncAfter(deadline: .now() + seconds) { [weak self] in
            if let self { report(self) }
        }
    }

    private func log(_ change: Change) {
        var logger = self.client.logger
        logger[metadataKey: LogKey.stream] = "\(self.request.stream)"
        logger[metadataKey: LogKey.group] = "\(self.request.group)"
        switch change {
        case .connected where self.isInterrupted.exchange(false, ordering: .relaxed):
            logger.info("subscription resumed")
        case .connected:
            logger.debug("subscription connected")
        case .interrupted(let attempt, let pause, let cause):
            // The attempts that follow in vain are of the same interruption.
            logger.log(
                level: self.isInterrupted.exchange(true, ordering: .relaxed) ? .debug : .warning,
                "subscription interrupted",
                metadata: [LogKey.attempt: "\(attempt)", LogKey.pause: "\(pause)", LogKey.error: "\(cause)"])
        case .slow(let event, let timeout):
            logger.warning(
                "event will soon be delivered again, because it is not acknowledged",
                metadata: [LogKey.event: "\(event)", LogKey.timeout: "\(timeout)"])
        case .stalled(let events):
            logger.warning(
                "subscription stalled: no event is acknowledged",
                metadata: [LogKey.event: "\(events.map(\.uuidString).joined(separator: " "))"])
        case .stopping:
            logger.debug("subscription stopping")
        case .ended(let error?):
            logger.warning("subscription ended", metadata: [LogKey.error: "\(error)"])
        case .ended(nil):
            logger.debug("subscription ended")
        }
    }
}

/// Those who are told about a change of the state, outside its lock.
private struct Callbacks {
    private var consumer: (() -> Void)?
    private var starter: (() -> Void)?
    private var enders: [CheckedContinuation<Void, Never>] = []
    private(set) var isOver = false

    init() {}

    /// Takes those who wait for what has happened from `shared`.
    init(_ actions: PersistentFeed.Actions, _ shared: inout PersistentFeed.Shared, generation: Int) {
        if let delivery = actions.deliver, let consumer = shared.consumer {
            shared.consumer = nil
            self.consumer = {
                switch delivery {
                case .events(let events):
                    consumer.resume(returning: PersistentFeed.Batch(events: events, generation: generation))
                case .end: consumer.resume(returning: nil)
                case .error(let error): consumer.resume(throwing: error)
                }
            }
        }
        if let result = actions.started, let starter = shared.starter {
            shared.starter = nil
            self.starter = { starter.settle(result) }
        }
        if shared.machine.phase == .ended {
            (self.enders, shared.enders) = (shared.enders, [])
            self.isOver = true
        }
    }

    func make() {
        self.starter?()
        self.consumer?()
        for ender in self.enders { ender.resume() }
    }
}

extension PersistentSubscription.RefusalAction {
    fileprivate var wireValue: PersistentSubscriptionNakEvents.Action {
        switch self {
        case .park: .park
        case .retry: .retry
        case .skip: .skip
        case .stop: .stop
        }
    }
}
