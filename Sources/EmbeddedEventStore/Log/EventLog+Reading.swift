internal import PhotonPumpWire

/// What readers see of a stream.
enum StreamView: Equatable {
    /// No events, or only hidden ones that nobody can ask for; `last` is the number of the last of those, or -1.
    case missing(last: Int64)
    /// Deleted for good.
    case deleted
    /// Events below `first` are hidden, and `first` may lie beyond `last`.
    case readable(first: Int64, last: Int64)
}

/// A page of a stream, in the order in which it was read.
struct StreamSlice {
    var records: [EventRecord] = []
    /// Where to go on; -1 when there is nothing more backwards.
    var next: Int64
    var isEnd: Bool
}

/// In which order a stream is read.
enum ReadDirection {
    case forward, backward
}

extension EventLog {
    func view(of stream: StreamName) -> StreamView {
        let last = self.lastNumber(of: stream)
        guard last != StreamHistory.deletedNumber else { return .deleted }
        guard let history = self.streams[stream], last >= 0, !history.isSoftDeleted else { return .missing(last: last) }
        // Of a metastream only the latest event counts.
        return .readable(first: stream.isMetastream ? last : history.truncateBefore, last: last)
    }

    /// The event `number`, or the last one for -1, as long as `view` shows it.
    func event(_ number: Int64, of stream: StreamName, _ view: StreamView) -> EventRecord? {
        guard case .readable(let first, let last) = view else { return nil }
        let wanted = number == -1 ? last : number
        guard wanted >= first, wanted <= last, let place = self.streams[stream]?.place(wanted) else { return nil }
        return self.entries[place].record
    }

    /// The page of at most `count` events from event `from` on.
    ///
    /// - Parameters:
    ///   - from: 0 or more; backwards also -1, for the last event.
    ///   - count: 1 or more.
    ///   - first: the first event that can be seen, and `last` the last one there is.
    func slice(
        of stream: StreamName,
        _ direction: ReadDirection,
        _ from: Int64,
        _ count: Int64,
        first: Int64,
        last: Int64
    ) -> StreamSlice {
        switch direction {
        case .forward: self.forwardSlice(of: stream, from, count, first: first, last: last)
        case .backward: self.backwardSlice(of: stream, from == -1 ? last : from, count, first: first, last: last)
        }
    }

    private func forwardSlice(
        of stream: StreamName, _ from: Int64, _ count: Int64, first: Int64, last: Int64
    ) -> StreamSlice {
        let (sum, overflows) = from.addingReportingOverflow(count - 1)
        let end = overflows ? Int64.max : sum
        // A page of hidden events is empty without being the end.
        guard end >= first else { return StreamSlice(next: first, isEnd: false) }
        let records = self.records(of: stream, max(from, first), through: end)
        let next = records.last.map { $0.number + 1 } ?? min(end, last) + 1
        return StreamSlice(records: records, next: next, isEnd: end >= last)
    }

    /// Past the end there may be a page without events that is not the end.
    private func backwardSlice(
        of stream: StreamName, _ from: Int64, _ count: Int64, first: Int64, last: Int64
    ) -> StreamSlice {
        guard from >= first else { return StreamSlice(next: -1, isEnd: true) }
        let end = from - (count - 1)
        let reachesFirst = end <= first
        return StreamSlice(
            records: self.records(of: stream, max(end, first), through: from).reversed(),
            next: reachesFirst ? -1 : min(end - 1, last),
            isEnd: reachesFirst
        )
    }

    private func records(of stream: StreamName, _ start: Int64, through end: Int64) -> [EventRecord] {
        guard start <= end, let history = self.streams[stream] else { return [] }
        return history.places(start...end).map { self.entries[$0].record }
    }
}
