internal import PhotonPumpWire

/// What the consumer receives, and how it responds.
extension PersistentSubscriptionState {
    /// A consumer wants to iterate over the events.
    ///
    /// - Returns: whether it is the first.
    mutating func taken() -> Bool {
        defer { self.isTaken = true }
        return !self.isTaken
    }

    /// The server has pushed an event; ``settled(now:)`` follows.
    ///
    /// - Parameter next: the id for the next request, in case one is needed.
    mutating func received(
        _ event: ResolvedEvent, retryCount: Int, on connection: GUID, next: @autoclosure () -> GUID, now: Instant
    ) -> Actions? {
        guard case .connected(connection, _) = self.phase else { return nil }
        let id = event.received.record.id
        let admission = self.inFlight.admit(id, isRepeated: retryCount > 0, now: now)
        func delivery(_ slot: Int) -> DeliveredEvent {
            DeliveredEvent(
                resolved: event, retryCount: retryCount, connection: connection, slot: slot,
                pushCount: self.inFlight.pushCount(slot))
        }
        switch admission {
        case .new(let slot), .again(let slot, wasGiven: true), .instead(let slot, wasGiven: true):
            self.buffer.append(delivery(slot))
        case .again(let slot, wasGiven: false):
            if let place = self.buffer.firstIndex(where: { $0.slot == slot }) { self.buffer[place] = delivery(slot) }
        case .instead(let slot, wasGiven: false):
            self.buffer.removeAll { $0.slot == slot }
            self.buffer.append(delivery(slot))
        case .tooMany:
            let error = PhotonPumpError(
                .unexpectedReply, "the server has pushed more than the \(self.inFlight.count) events it was allowed")
            var actions = self.interrupted(error, next: next(), now: now, chance: 1)
            actions.leave = connection
            return actions
        }
        return nil
    }

    /// All events that arrived together have been received.
    mutating func settled(now: Instant) -> Actions {
        var actions = Actions()
        self.hand(&actions)
        if !self.isWatched, let messageTimeout, self.inFlight.count > 0 {
            self.isWatched = true
            actions.watch = messageTimeout * 4 / 5
        }
        return actions
    }

    /// The consumer wants events.
    mutating func demanded() -> Actions {
        precondition(!self.isAwaited, "an iterator was advanced by two tasks at once")
        self.isAwaited = true
        var actions = Actions()
        self.hand(&actions)
        if self.isAwaited { self.flush(&actions) }
        return actions
    }

    /// The consumer's task is cancelled.
    mutating func cancelled() -> Actions {
        if self.lastWord == nil { self.lastWord = .error(CancellationError()) }
        return self.stop()
    }

    /// No more events should be delivered.
    mutating func stop() -> Actions {
        var actions = Actions()
        switch self.phase {
        case .connecting(let id):
            actions = self.end(nil)
            actions.cancel = id
        case .waiting:
            actions = self.end(nil)
        case .connected(let id, let subscription):
            guard self.isTaken else { return self.finish() }
            self.phase = .stopping(id, subscription: subscription)
            self.discardBuffer()
            actions.discards = true
            actions.changes = [.stopping]
            self.lastWord = self.lastWord ?? .end
            self.flush(&actions)
            self.hand(&actions)
        case .stopping, .leaving, .ended:
            break
        }
        return actions
    }

    /// The consumer is done with the events it received.
    mutating func finish() -> Actions {
        var actions = Actions()
        switch self.phase {
        case .connecting, .waiting:
            return self.stop()
        case .connected(let id, _), .stopping(let id, _):
            self.flush(&actions)
            self.phase = .leaving(id)
            self.discardBuffer()
            actions.discards = true
            actions.leave = id
            self.lastWord = self.lastWord ?? .end
            self.hand(&actions)
        case .leaving, .ended:
            break
        }
        return actions
    }

    /// Delivers what is there to the waiting consumer.
    mutating func hand(_ actions: inout Actions) {
        guard self.isAwaited else { return }
        if let lastWord {
            self.lastWord = .end
            actions.deliver = lastWord
        } else if !self.buffer.isEmpty {
            for event in self.buffer { self.inFlight.give(event.slot) }
            actions.deliver = .events(self.buffer)
            self.buffer = []
        } else {
            return
        }
        self.isAwaited = false
    }

    /// Events that the consumer has not received will not be acknowledged.
    private mutating func discardBuffer() {
        for event in self.buffer {
            // If it was delivered again, the consumer may still be handling the first delivery.
            if self.inFlight.pushCount(event.slot) > 1 {
                self.inFlight.give(event.slot)
            } else {
                _ = self.inFlight.settle(event.acknowledgedID, slot: event.slot)
            }
        }
        self.buffer = []
    }
}
