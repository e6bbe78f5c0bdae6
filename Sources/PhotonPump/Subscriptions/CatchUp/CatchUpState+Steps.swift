internal import PhotonPumpWire

/// The building blocks of ``CatchUpState``.
extension CatchUpState {
    func isNew(_ place: Place) -> Bool {
        if let last = self.missed?.last ?? self.last { place > last } else if let first { place >= first } else { true }
    }

    mutating func take(_ event: CatchUpEvent) {
        guard self.isNew(event.place) else { return }
        self.last = event.place
        self.idleLosses = 0
        self.ready.append(event)
        self.notePeak()
    }

    mutating func note(end: Place?) {
        if let end { self.knownEnd = self.knownEnd.map { max($0, end) } ?? end }
    }

    mutating func succeeded() -> [Change] {
        self.isBusy = false
        self.failures = 0
        self.serverErrors = 0
        guard self.isInterrupted else { return [] }
        self.isInterrupted = false
        return [.resumed(self.next)]
    }

    mutating func noteFailure(_ error: PhotonPumpError) -> [Change] {
        self.failures += 1
        self.isInterrupted = true
        return [.interrupted(attempt: self.failures, cause: error)]
    }

    /// Whether everything up to `boundary` has been read.
    func isBehind(_ boundary: Place?) -> Bool {
        guard let boundary else { return true }
        return switch self.next {
        case .after(let place): place >= boundary
        case .from(let place): place > boundary
        case .start, .end: false
        }
    }

    /// - Parameter boundary: everything up to this place was read.
    mutating func goLive(_ boundary: Place?) -> [Change] {
        self.phase = .live
        // With a filter, the last event taken may lie far before it; there may be none yet.
        if let boundary, self.last.map({ $0 < boundary }) ?? true { self.last = boundary }
        self.rereads = 0
        self.isBeyondEnd = false
        self.ready.append(.live)
        self.takeHeld()
        return [.live]
    }

    /// Takes what was pushed before it could be.
    mutating func takeHeld() {
        let (held, place) = (self.held, self.heldPlace)
        self.letGoOfHeld()
        for event in held where self.isNew(event.place) {
            self.take(event)
            self.next = .after(event.place)
        }
        guard self.reportsCheckpoints, let place, self.isNew(place) else { return }
        self.last = place
        self.next = .after(place)
        self.ready.append(.checkpoint(self.next))
    }

    /// Returns to reading, after the last event taken.
    mutating func goBack() {
        self.letGoOfHeld()
        self.missed = nil
        self.rereads = 0
        self.isLagging = false
        self.isBeyondEnd = false
        self.last = self.last ?? self.base
        self.phase = .reading
        self.ready.append(.fellBehind)
    }

    mutating func letGoOfHeld() {
        self.held = []
        self.heldBytes = 0
        self.heldPlace = nil
    }

    /// The place of the last event that the consumer received. If none is waiting, later events that do not match the
    /// filter count, too.
    var lastPlace: Place? { (self.bufferedEvents == 0 ? self.last : self.given) ?? self.base }

    /// The number of waiting events, including those that are held back.
    var bufferedEvents: Int { self.ready.eventCount + self.held.count }
    var bufferedBytes: Int { self.ready.byteCount + self.heldBytes }

    mutating func notePeak() {
        self.peak.events = max(self.peak.events, self.bufferedEvents + self.inHand.events)
        self.peak.bytes = max(self.peak.bytes, self.bufferedBytes + self.inHand.bytes)
    }

    func hasRoom(for event: CatchUpEvent) -> Bool {
        let count = self.bufferedEvents + self.inHand.events
        let bytes = self.bufferedBytes + self.inHand.bytes + event.record.byteCount
        return count == 0 || (count < self.limits.events && bytes <= self.limits.bytes)
    }

    mutating func overflow(_ event: CatchUpEvent) -> Actions? {
        switch self.limits.overflow {
        case .readBack:
            return self.readBack()
        case .leaveGap:
            self.missed = ((self.missed?.count ?? 0) + 1, event.place)
            return nil
        case .fail:
            return self.end(
                PhotonPumpError(
                    .bufferOverflow,
                    "the consumer is too slow: \(self.ready.eventCount) events (\(self.ready.byteCount) bytes) wait for it"
                )
            )
        }
    }

    mutating func readBack() -> Actions {
        self.goBack()
        var actions = self.settle([.fellBehind, .readingHistory(from: self.next)])
        actions.unsubscribes = true
        return actions
    }

    mutating func reportMissed() {
        guard let missed else { return }
        self.ready.append(.gap(missed.count, after: self.last))
        self.missed = nil
        self.last = missed.last
        self.next = .after(missed.last)
    }

    mutating func passOver() {
        self.unfitting += 1
        guard self.unfitting >= self.limits.checkpointInterval else { return }
        self.unfitting = 0
        self.ready.append(.checkpoint(self.next))
    }

    /// - Parameter reason: why it is over for the consumer, if that is another reason.
    mutating func end(_ error: PhotonPumpError?, telling reason: (any Error)? = nil) -> Actions {
        if let reason { self.demand.end(reason) }
        if case .over = self.phase { return self.settle() }
        if reason == nil { self.demand.end(error) }
        self.letGoOfHeld()
        self.phase = .over
        var actions = self.settle([.ended(error)])
        actions.unsubscribes = true
        return actions
    }

    /// What has arrived is not delivered.
    mutating func discard() {
        self.ready = CatchUpBuffer()
        self.missed = nil
    }

    mutating func settle(_ changes: [Change]) -> Actions {
        var actions = Actions(changes: changes)
        if self.ready.isEmpty { self.reportMissed() }
        let size = (self.ready.eventCount, self.ready.byteCount)
        actions.deliver = self.demand.meet(from: &self.ready) { $0.isEmpty ? nil : $0.take() }
        if case .batch = actions.deliver {
            self.given = self.last ?? self.given
            self.inHand = size
        }
        guard !self.isBusy else { return actions }
        switch self.phase {
        case .reading where self.ready.eventCount == 0, .closingGap where self.ready.eventCount == 0:
            actions.request = Request(kind: .read(self.next), failures: self.failures, rereads: self.rereads)
        case .subscribing:
            actions.request = Request(kind: .subscribe, failures: self.failures)
        case .findingEnd:
            actions.request = Request(kind: .end(self.next, asMaster: false), failures: self.failures)
        case .doubting(_, let asMaster):
            actions.request = Request(
                kind: .end(self.next, asMaster: asMaster), failures: self.failures,
                rereads: asMaster ? self.rereads : 0)
        case .reading, .closingGap, .live, .over:
            break
        }
        if actions.request != nil { self.isBusy = true }
        return actions
    }
}

extension PhotonPumpError.Code {
    /// Whether the cause of this failure may go away by itself.
    var isPassing: Bool {
        [.timedOut, .connectionLost, .notHandled, .serverTimeout, .serverError, .subscriptionDropped].contains(self)
    }
}
