internal import PhotonPumpWire

/// A page of all events, in the order in which they were read.
struct LogSlice {
    var entries: [EventLog.Entry] = []
    var direction: ReadDirection
    /// Where the read began.
    var start: LogPosition
    /// The last event that was considered, whether or not it is on the page.
    var last: EventLog.Entry?
    /// Whether the read went past the last event.
    var isEnd = false
    /// Whether the filter took too long, so that events may be missing.
    var isFilterSpent = false

    /// Where to continue after the first `count` events of the page.
    func next(after count: Int) -> LogPosition {
        guard let last = count < self.entries.count ? self.entries.prefix(count).last : self.last else {
            return self.start
        }
        return self.direction == .forward ? last.positionAfter : last.positionBefore
    }
}

/// How much of the log to read.
struct ReadLimits {
    /// The most events on the page.
    var count: Int
    /// The most events to consider, if that is another number.
    var window: Int?
    /// What an event must match to be on the page.
    var filter: EventFilter?
}

/// What is wrong with a position.
enum LogPositionError: Error, Equatable {
    /// No record starts there.
    case notAtRecord(Int64)
    /// There is nothing to read backward from there yet.
    case beyondEnd(Int64)
}

extension EventLog.Entry {
    /// Where reading forward continues. After an event of a transaction, that is the transaction's next event.
    fileprivate var positionAfter: LogPosition {
        self.isOwnCommit
            ? LogPosition(commit: self.commit.upperBound, prepare: 0)
            : LogPosition(commit: self.commit.lowerBound, prepare: self.prepare.upperBound)
    }

    /// Where reading backward continues. Before an event of a transaction, that is the transaction's previous event.
    fileprivate var positionBefore: LogPosition {
        self.isOwnCommit
            ? self.position : LogPosition(commit: self.commit.upperBound, prepare: self.prepare.lowerBound)
    }

    /// Where its records end.
    fileprivate var end: LogPosition {
        LogPosition(commit: self.commit.upperBound, prepare: self.prepare.upperBound)
    }
}

extension EventLog {
    /// The page of at most `count` events, starting at `start`. Forward, the event there is the first one; backward, it
    /// is left out. Both positions of `start` are 0 or more.
    ///
    /// Positions that no server has returned are refused if they lie within an event's record.
    func slice(_ direction: ReadDirection, _ start: LogPosition, _ count: Int) throws(LogPositionError) -> LogSlice {
        try self.slice(direction, start, ReadLimits(count: count))
    }

    func slice(
        _ direction: ReadDirection,
        _ start: LogPosition,
        _ limits: ReadLimits
    ) throws(LogPositionError) -> LogSlice {
        try self.check(direction, start.commit)
        let slice = LogSlice(direction: direction, start: start)
        switch direction {
        case .forward:
            return slice.filled(from: self.entries[self.firstIndex { $0.position >= start }...], limits)
        case .backward:
            return slice.filled(from: self.entries[..<self.firstIndex { $0.end > start }].reversed(), limits)
        }
    }

    private func check(_ direction: ReadDirection, _ position: Int64) throws(LogPositionError) {
        if position > self.endPosition {
            guard direction == .forward else { throw .beyondEnd(position) }
            return
        }
        let next = self.firstIndex { $0.commit.lowerBound > position }
        // Forward, what is beyond the start of the last record is beyond the end.
        guard direction == .backward || position < self.lastPosition else { return }
        let before = next > 0 ? self.entries[next - 1].commit : Self.serverRecord
        guard position <= before.lowerBound || position >= before.upperBound else { throw .notAtRecord(position) }
    }

    /// The index of the first entry that is `behind` something; all later entries are, too.
    func firstIndex(_ behind: (Entry) -> Bool) -> Int {
        var (low, high) = (self.entries.startIndex, self.entries.endIndex)
        while low < high {
            let middle = low + (high - low) / 2
            if behind(self.entries[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

extension LogSlice {
    fileprivate consuming func filled(from entries: some Sequence<EventLog.Entry>, _ limits: ReadLimits) -> LogSlice {
        var looked = 0
        let window = limits.window ?? limits.count
        var filter = limits.filter
        var entries = entries.makeIterator()
        while self.entries.count < limits.count, looked < window {
            guard let entry = entries.next() else {
                self.isEnd = true
                break
            }
            looked += 1
            self.last = entry
            if filter?.fits(entry.record) ?? true { self.entries.append(entry) }
        }
        self.isFilterSpent = filter?.isSpent ?? false
        return self
    }
}
