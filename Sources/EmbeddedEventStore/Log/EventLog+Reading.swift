internal import PhotonPumpWire

/// What readers see of a stream.
enum StreamView: Equatable {
    /// No events, or only hidden ones that cannot be requested; `last` is the number of the last of those, or -1.
    case missing(last: Int64)
    /// Deleted permanently.
    case deleted
    case readable(ShownEvents)
}

/// Which events of a stream are visible.
struct ShownEvents: Equatable {
    /// Events below are hidden; may be greater than ``last``.
    var first: Int64
    /// The number of the last event.
    var last: Int64
    /// Events written before this time, in milliseconds since 1970, are hidden, too.
    var oldest: Int64?

    func isYoungEnough(_ record: EventRecord) -> Bool {
        self.oldest.map { record.createdTicks / 10_000 >= $0 } ?? true
    }
}

/// A page of a stream, in the order in which it was read.
struct StreamSlice {
    var records: [EventRecord] = []
    /// Where to continue; -1 if there is nothing more backward.
    var next: Int64
    var isEnd: Bool
}

/// The order in which a stream is read.
enum ReadDirection {
    case forward, backward
}

extension EventLog {
    /// - Parameter now: milliseconds since 1970, for streams that hide events above a certain age.
    func view(of stream: StreamName, now: Int64) -> StreamView {
        let last = self.lastNumber(of: stream)
        guard last != StreamHistory.deletedNumber else { return .deleted }
        let metadata = self.metadata(of: stream)
        guard last >= 0, !metadata.isSoftDeleted else { return .missing(last: last) }
        let first = metadata.firstShown(last: last)
        return .readable(ShownEvents(first: first, last: last, oldest: metadata.oldestShown(now: now)))
    }

    /// The event `number`, or the last one for -1, if `view` shows it.
    func event(_ number: Int64, of stream: StreamName, _ view: StreamView) -> EventRecord? {
        guard case .readable(let shown) = view else { return nil }
        let wanted = number == -1 ? shown.last : number
        guard wanted >= shown.first, let place = self.streams[stream]?.place(wanted) else { return nil }
        let record = self.entries[place].record
        return shown.isYoungEnough(record) ? record : nil
    }

    /// The page of at most `count` events, starting at event `from`.
    ///
    /// - Parameters:
    ///   - from: 0 or more; backward also -1, for the last event.
    ///   - count: 1 or more.
    func slice(
        of stream: StreamName, _ direction: ReadDirection, _ from: Int64, _ count: Int64, _ shown: ShownEvents
    ) -> StreamSlice {
        switch direction {
        case .forward: self.forwardSlice(of: stream, from, count, shown)
        case .backward: self.backwardSlice(of: stream, from == -1 ? shown.last : from, count, shown)
        }
    }

    private func forwardSlice(
        of stream: StreamName, _ from: Int64, _ count: Int64, _ shown: ShownEvents
    ) -> StreamSlice {
        let (sum, overflows) = from.addingReportingOverflow(count - 1)
        let end = overflows ? Int64.max : sum
        // A page of hidden events is empty without being the end.
        guard end >= shown.first else { return StreamSlice(next: shown.first, isEnd: false) }
        let records = self.records(of: stream, max(from, shown.first), through: end, shown)
        let next = records.last.map { $0.number + 1 } ?? min(end, shown.last) + 1
        return StreamSlice(records: records, next: next, isEnd: end >= shown.last)
    }

    /// Beyond the end there may be an empty page that is not the end. If an event is too old, so are those before it.
    private func backwardSlice(
        of stream: StreamName, _ from: Int64, _ count: Int64, _ shown: ShownEvents
    ) -> StreamSlice {
        guard from >= shown.first else { return StreamSlice(next: -1, isEnd: true) }
        let start = max(from - (count - 1), shown.first)
        let records: [EventRecord] = self.records(of: stream, start, through: from, shown).reversed()
        let isEnd = start == shown.first || (start <= shown.last && records.last?.number != start)
        return StreamSlice(records: records, next: isEnd ? -1 : min(start - 1, shown.last), isEnd: isEnd)
    }

    private func records(
        of stream: StreamName, _ start: Int64, through end: Int64, _ shown: ShownEvents
    ) -> [EventRecord] {
        guard start <= end, let history = self.streams[stream] else { return [] }
        let records = history.places(start...end).map { self.entries[$0].record }
        return shown.oldest == nil ? records : records.filter(shown.isYoungEnough)
    }
}
