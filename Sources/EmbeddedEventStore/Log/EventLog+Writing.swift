internal import PhotonPumpWire

/// The outcome of a write.
enum WriteOutcome: Equatable {
    /// `position` is that of the last event. For a write without events, `last == first - 1`.
    case appended(first: Int64, last: Int64, position: Int64)
    /// The events had been written already, with these numbers.
    case repeated(first: Int64, last: Int64)
    case wrongExpectedVersion(current: Int64)
    case streamDeleted
}

extension EventLog {
    /// Appends all events or none. `now` is in milliseconds since 1970.
    ///
    /// A writer that did not receive its answer writes again, so a write whose events are there already succeeds
    /// without changing anything. With an exact expected version they must come right after that version; with
    /// ``ExpectedVersion/any`` and ``ExpectedVersion/streamExists`` the first event's id decides whether the write is
    /// taken for a repetition.
    mutating func write(
        _ events: [ProposedEvent],
        to stream: StreamName,
        expecting expected: ExpectedVersion,
        now: Int64
    ) -> WriteOutcome {
        self.write(events, to: stream, expecting: expected, now: now) { log, stream in
            guard !events.isEmpty else { return log.advance(by: stream.name.bytes.count).lowerBound }
            for rank in events.indices { log.append(events[rank], to: stream, rank: rank, now: now) }
            return log.lastPosition
        }
    }

    /// Writes `events` by the changes that `append` makes to the log, given the stream; it returns the position of the
    /// write.
    mutating func write(
        _ events: [ProposedEvent],
        to stream: StreamName,
        expecting expected: ExpectedVersion,
        now: Int64,
        by append: (inout EventLog, Target) -> Int64
    ) -> WriteOutcome {
        let outcome = self.record(events, to: stream, expecting: expected, now: now, by: append)
        self.project(now: now)
        return outcome
    }

    /// The same, which projections do not handle yet.
    mutating func record(
        _ events: [ProposedEvent],
        to stream: StreamName,
        expecting expected: ExpectedVersion,
        now: Int64,
        by append: (inout EventLog, Target) -> Int64
    ) -> WriteOutcome {
        if let outcome = self.outcomeWithoutAppending(events, to: stream, expecting: expected) { return outcome }
        let target = self.target(stream)
        let first = self.streams[target.place].lastNumber + 1
        let wasSoftDeleted = !stream.isMetastream && self.isSoftDeleted(at: target.place)
        let hiddenOriginal = stream.original.flatMap { self.isSoftDeleted($0) ? $0 : nil }
        let position = append(&self, target)
        // Of several events only the last one counts, so the others need not be valid.
        if let event = events.last { self.obey(event, of: stream) }
        for offset in events.indices {
            self.recentIDs.remember(events[offset].id, .init(stream: target.place, number: first + Int64(offset)))
        }
        if wasSoftDeleted { self.show(stream, from: first, now: now) }
        // Metadata that someone writes makes a hidden stream visible again, too, without the events it had.
        if let original = hiddenOriginal {
            self.show(original, from: self.lastNumber(of: original) + 1, now: now)
        }
        return .appended(first: first, last: first + Int64(events.count) - 1, position: position)
    }

    /// The answer to a write whose events must not be appended.
    mutating func outcomeWithoutAppending(
        _ events: [ProposedEvent],
        to stream: StreamName,
        expecting expected: ExpectedVersion
    ) -> WriteOutcome? {
        let current = self.lastNumber(of: stream)
        guard current != StreamHistory.deletedNumber else { return .streamDeleted }
        switch expected {
        case .streamExists where self.isSoftDeleted(stream):
            return .streamDeleted
        case .streamExists where current < 0 && self.lastNumber(of: stream.metastream) < 0:
            return .wrongExpectedVersion(current: current)
        case .any, .streamExists:
            return self.repeatByID(events, of: stream, current: current)
        case .exactly(let version) where version < current:
            return self.repeatByNumber(events, of: stream, after: version, current: current)
        case .exactly(let version):
            return version == current ? nil : .wrongExpectedVersion(current: current)
        }
    }

    /// Compares with the remembered ids. If the first id is unknown the write is new, even if others are known.
    private mutating func repeatByID(
        _ events: [ProposedEvent],
        of stream: StreamName,
        current: Int64
    ) -> WriteOutcome? {
        var numbers: [Int64] = []
        let target = self.streams.place(of: stream)
        for event in events {
            guard let place = self.recentIDs.place(of: event.id), place.stream == target else {
                return numbers.isEmpty ? nil : .wrongExpectedVersion(current: current)
            }
            numbers.append(place.number)
        }
        guard let first = numbers.first, let last = numbers.last else { return nil }
        return .repeated(first: first, last: last)
    }

    /// Compares with the events after `version`, which is smaller than `current`.
    private func repeatByNumber(
        _ events: [ProposedEvent],
        of stream: StreamName,
        after version: Int64,
        current: Int64
    ) -> WriteOutcome? {
        let first = version + 1
        for (offset, event) in events.enumerated() {
            let place = self.streams[stream]?.place(first + Int64(offset))
            if let place, self.entries[place].record.id == event.id { continue }
            let recreates = offset == 0 && version == -1 && self.isSoftDeleted(stream)
            return recreates ? nil : .wrongExpectedVersion(current: current)
        }
        return events.isEmpty
            ? .wrongExpectedVersion(current: current)
            : .repeated(first: first, last: version + Int64(events.count))
    }
}
