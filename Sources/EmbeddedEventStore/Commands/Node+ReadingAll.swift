internal import PhotonPumpWire

extension Node {
    func readAll(_ read: ReadAllEvents, _ direction: ReadDirection, _ request: Request) -> ReadAllEventsCompleted {
        var start = LogPosition(commit: read.commitPosition, prepare: read.preparePosition)
        if start == .end { start = LogPosition(commit: self.log.endPosition, prepare: self.log.endPosition) }
        guard start.commit >= 0, start.prepare >= 0 else { return .refusal(start, .error, "Invalid position.") }
        guard read.maxCount <= Self.pageCount else { return .refusal(start, .error, Self.pageTooBig) }
        guard self.log.allows(request.identity, to: .read, .all) else { return .refusal(start, .accessDenied) }
        do {
            return self.page(try self.log.slice(direction, start, Int(read.maxCount)), read.resolveLinks, request)
        } catch {
            return .refusal(start, .error, error.text)
        }
    }

    /// The events of `slice`, as many as fit.
    private func page(_ slice: LogSlice, _ resolveLinks: Bool, _ request: Request) -> ReadAllEventsCompleted {
        var page = ReadAllEventsCompleted(
            commitPosition: slice.start.commit, preparePosition: slice.start.prepare)
        page.events.reserveCapacity(slice.entries.count)
        var size = 0
        for entry in slice.entries {
            guard let record = self.resolve(entry.record, resolveLinks, for: request) else {
                return .refusal(slice.start, .accessDenied)
            }
            size += (record.event?.contentCount ?? 0) + (record.link?.contentCount ?? 0)
            guard size <= self.pageLimit || page.events.isEmpty else { break }
            page.events.append(
                PositionedRecord(
                    record: record,
                    commitPosition: entry.position.commit,
                    preparePosition: entry.position.prepare
                )
            )
        }
        let next = slice.next(after: page.events.count)
        (page.nextCommitPosition, page.nextPreparePosition) = (next.commit, next.prepare)
        return page
    }
}

extension ReadAllEventsCompleted {
    fileprivate static func refusal(_ start: LogPosition, _ result: Result, _ error: String? = nil) -> Self {
        Self(commitPosition: start.commit, preparePosition: start.prepare, result: result, error: error)
    }
}

extension LogPositionError {
    fileprivate var text: String {
        switch self {
        case .notAtRecord(let position): "Log record at actual pos \(position) cannot be read: none starts there."
        case .beyondEnd(let position): "Log record before actual pos \(position) cannot be read: the log ends earlier."
        }
    }
}
