internal import PhotonPumpWire

/// Acknowledgements and refusals, and the watch for events that receive neither.
extension PersistentSubscriptionState {
    typealias Acknowledgement = PersistentSubscription.Acknowledgement

    /// The consumer has handled these events.
    mutating func acknowledge(_ events: some Sequence<DeliveredEvent>, _ actions: inout Actions) -> [Acknowledgement] {
        let outcomes = events.map { event -> Acknowledgement in
            guard self.settle(event) else { return .expired }
            self.batch.add(event.acknowledgedID)
            return .accepted
        }
        if self.batch.isFull {
            self.flush(&actions)
        } else if !self.batch.isEmpty, !self.isFlushScheduled {
            self.isFlushScheduled = true
            actions.flushesLater = true
        }
        return outcomes
    }

    /// The consumer cannot handle these events. Earlier acknowledgements are sent first.
    mutating func refuse(
        _ events: some Sequence<DeliveredEvent>,
        _ action: PersistentSubscription.RefusalAction,
        reason: String?,
        _ actions: inout Actions
    ) -> [Acknowledgement] {
        var ids: [GUID] = []
        let outcomes = events.map { event -> Acknowledgement in
            guard self.settle(event) else { return .expired }
            ids.append(event.acknowledgedID)
            return .accepted
        }
        if !ids.isEmpty {
            self.flush(&actions)
            self.tell(.refusal(action, reason: reason), AcknowledgementBatch.parts(of: ids), &actions)
        }
        return outcomes
    }

    /// Whether an event is in flight on this connection, and has not been delivered again since.
    func isLatest(_ event: DeliveredEvent) -> Bool {
        guard case .connected(event.connection, _) = self.phase else { return false }
        return self.inFlight.isLatest(event.acknowledgedID, slot: event.slot, pushCount: event.pushCount)
    }

    /// It is time to send what has been collected.
    mutating func flushDue() -> Actions {
        var actions = Actions()
        self.isFlushScheduled = false
        self.flush(&actions)
        return actions
    }

    /// Sends what has been collected.
    mutating func flush(_ actions: inout Actions) {
        if !self.batch.isEmpty { self.tell(.acknowledgement, self.batch.take(), &actions) }
    }

    /// It is time to check the events in flight.
    mutating func watchDue(now: Instant) -> Actions {
        var actions = Actions()
        let look = self.inFlight.look(now: now)
        self.isWatched = look.next != nil
        actions.watch = look.next.map { $0 - now }
        if let messageTimeout {
            actions.changes = look.slow.map { .slow($0.uuid, messageTimeout: messageTimeout) }
        }
        if !look.stalled.isEmpty { actions.changes.append(.stalled(look.stalled.map(\.uuid))) }
        return actions
    }

    /// - Returns: false if the event is not in flight on this connection.
    private mutating func settle(_ event: DeliveredEvent) -> Bool {
        switch self.phase {
        case .connected(event.connection, _), .stopping(event.connection, _): break
        default: return false
        }
        guard let wasGiven = self.inFlight.settle(event.acknowledgedID, slot: event.slot) else { return false }
        // It has been delivered again in the meantime; the server has its answer.
        if !wasGiven { self.buffer.removeAll { $0.slot == event.slot } }
        return true
    }

    private func tell(_ kind: Notice.Kind, _ parts: [[GUID]], _ actions: inout Actions) {
        switch self.phase {
        case .connected(let connection, let subscription), .stopping(let connection, let subscription):
            for ids in parts {
                actions.notices.append(
                    Notice(connection: connection, subscription: subscription, kind: kind, ids: ids))
            }
        case .connecting, .waiting, .leaving, .ended: break
        }
    }
}
