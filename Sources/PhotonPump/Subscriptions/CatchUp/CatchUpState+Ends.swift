internal import PhotonPumpWire

/// Where the end is, compared with what was confirmed and with the place to go on at.
extension CatchUpState {
    /// Everything up to `boundary` was read, or as much of it as reads return.
    ///
    /// - Parameter end: where it ends as far as reads know; nil if that has yet to be asked.
    mutating func readUpTo(_ boundary: Place?, _ end: CatchUpEnd?, _ changes: [Change]) -> Actions {
        guard let end else {
            self.phase = .findingEnd(boundary)
            return self.settle(changes)
        }
        if let boundary, end.next.main <= boundary.main { return self.lag(behind: boundary, changes) }
        let changes = changes + self.caughtUp()
        guard self.isBeyond(end) else { return self.settle(changes + self.goLive(boundary)) }
        return self.goBeyond(end, changes)
    }

    /// Reads return what was confirmed.
    mutating func caughtUp() -> [Change] {
        self.rereads = 0
        defer { self.isLagging = false }
        return self.isLagging ? [.resumed(self.next)] : []
    }

    /// The end was asked for.
    mutating func found(_ end: CatchUpEnd) -> Actions {
        if case .over = self.phase { return Actions() }
        let changes = self.succeeded()
        switch self.phase {
        case .findingEnd(let boundary):
            return self.readUpTo(boundary, end, changes)
        case .doubting where !self.isBeyond(end):
            return self.settle(changes + [.resumed(self.next)] + self.goLive(nil))
        case .doubting(_, asMaster: true):
            return self.act(on: end, changes)
        case .doubting(_, asMaster: false):
            self.rereads += 1
            guard self.rereads < Self.mostDoubts else { return self.act(on: end, changes) }
            self.phase = .doubting(end, asMaster: true)
            return self.settle(changes)
        case .reading, .subscribing, .closingGap, .live, .over:
            return self.settle(changes)
        }
    }

    /// The master was asked for the end, but this node is a follower.
    mutating func foundNoMaster() -> Actions {
        if case .over = self.phase { return Actions() }
        let changes = self.succeeded()
        if case .doubting(let end, _) = self.phase { self.phase = .doubting(end, asMaster: false) }
        return self.settle(changes)
    }

    /// An event is about to be taken: if the place to go on at lay beyond the end, it does no longer.
    mutating func overtaken() -> [Change] {
        guard self.isBeyondEnd else { return [] }
        self.isBeyondEnd = false
        self.ready.append(.live)
        return [.resumed(self.next), .live]
    }

    /// Whether the place to go on at lies beyond this end.
    private func isBeyond(_ end: CatchUpEnd) -> Bool {
        switch self.next {
        case .after(let place): place.main >= end.next.main
        case .from(let place): place.main > end.next.main
        case .start, .end: false
        }
    }

    /// The place to go on at, which lies beyond this end; as the consumer knows it.
    private func place(beyond end: CatchUpEnd) -> Start {
        if let last, last.main >= end.next.main { .after(last) } else { self.next }
    }

    /// What the server returns to a reader lags behind what it confirms to a subscriber.
    private mutating func lag(behind boundary: Place, _ changes: [Change]) -> Actions {
        self.phase = .closingGap(boundary)
        self.rereads += 1
        guard self.rereads >= Self.tacitRereads, !self.isLagging else { return self.settle(changes) }
        self.isLagging = true
        self.ready.append(.readsLag(upTo: boundary))
        return self.settle(changes + [.readsLag(upTo: boundary)])
    }

    private mutating func goBeyond(_ end: CatchUpEnd, _ changes: [Change]) -> Actions {
        let place = self.place(beyond: end)
        self.isBeyondEnd = true
        self.knownEnd = end.last
        self.rereads = 0
        self.ready.append(.beyondEnd(place, end: end.last))
        if self.limits.beyondEnd == .wait {
            self.phase = .live
            self.takeHeld()
        } else {
            self.phase = .doubting(end, asMaster: true)
        }
        return self.settle(changes + [.beyondEnd(place, end: end.last)])
    }

    /// There is no doubt about this end.
    private mutating func act(on end: CatchUpEnd, _ changes: [Change]) -> Actions {
        var actions: Actions
        if self.limits.beyondEnd == .startOver {
            self.goBack()
            (self.last, self.given, self.base, self.first) = (nil, nil, nil, nil)
            self.knownEnd = end.last
            self.next = .start
            actions = self.settle([.readingHistory(from: .start)])
            actions.unsubscribes = true
        } else {
            actions = self.end(self.beyondEnd(self.place(beyond: end), end.last))
        }
        actions.changes = changes + actions.changes
        return actions
    }
}
