internal import PhotonPumpWire

extension Store {
    /// The most events that one page may ask for.
    static let pageCount: Int32 = 4096
    static let pageTooBig = "Read size too big, should be less than \(Self.pageCount) items"

    func readEvent(_ read: ReadEvent, _ request: Request) -> ReadEventCompleted {
        let stream = StreamName(read.stream)
        guard self.log.allows(request.identity, to: .read, stream) else {
            return ReadEventCompleted(result: .accessDenied)
        }
        let view = self.log.view(of: stream, now: request.now)
        switch view {
        case .missing: return ReadEventCompleted(result: self.hasNoMetadata(read, stream) ? .success : .noStream)
        case .deleted: return ReadEventCompleted(result: .streamDeleted)
        case .readable: break
        }
        guard let record = self.log.event(read.eventNumber, of: stream, view) else {
            return ReadEventCompleted(result: .notFound)
        }
        guard let event = self.resolve(record, read.resolveLinks, for: request) else {
            return ReadEventCompleted(result: .accessDenied)
        }
        return ReadEventCompleted(result: .success, event: event)
    }

    /// Whether metadata is requested that a stream could have but does not: the answer to that is an empty event.
    private func hasNoMetadata(_ read: ReadEvent, _ stream: StreamName) -> Bool {
        guard read.eventNumber == -1, let original = stream.original else { return false }
        return self.log.lastNumber(of: original) >= 0
    }

    func readStream(
        _ read: ReadStreamEvents,
        _ direction: ReadDirection,
        _ request: Request
    ) -> ReadStreamEventsCompleted {
        let position = self.log.lastPosition
        let stream = StreamName(read.stream)
        guard read.maxCount <= Self.pageCount else {
            return ReadStreamEventsCompleted(result: .error, lastCommitPosition: position, error: Self.pageTooBig)
        }
        guard self.log.allows(request.identity, to: .read, stream) else {
            return ReadStreamEventsCompleted(result: .accessDenied, lastCommitPosition: position)
        }
        if let text = Self.complaint(read, direction) {
            return ReadStreamEventsCompleted(result: .error, lastCommitPosition: position, error: text)
        }
        var page = ReadStreamEventsCompleted(result: .success, lastCommitPosition: position)
        switch self.log.view(of: stream, now: request.now) {
        case .missing(let last):
            page.result = .noStream
            page.lastEventNumber = last
        case .deleted:
            page.result = .streamDeleted
            page.lastEventNumber = StreamHistory.deletedNumber
        case .readable(let shown):
            let slice = self.log.slice(of: stream, direction, read.from, Int64(read.maxCount), shown)
            page.lastEventNumber = shown.last
            guard self.fill(&page, slice, read.resolveLinks, for: request) else {
                return ReadStreamEventsCompleted(result: .accessDenied, lastCommitPosition: position)
            }
        }
        page.lastEventNumber = request.session.downgraded(page.lastEventNumber)
        return page
    }

    private static func complaint(_ read: ReadStreamEvents, _ direction: ReadDirection) -> String? {
        if direction == .forward, read.from < 0 {
            return "fromEventNumber should be non negative.\nParameter name: fromEventNumber"
        }
        return read.maxCount > 0 ? nil : "maxCount should be positive.\nParameter name: maxCount"
    }

    /// Adds the events of `slice` to the page; false if one of them links to a stream that the reader may not read.
    private func fill(
        _ page: inout ReadStreamEventsCompleted,
        _ slice: StreamSlice,
        _ resolveLinks: Bool,
        for request: Request
    ) -> Bool {
        (page.nextEventNumber, page.isEndOfStream) = (slice.next, slice.isEnd)
        page.events.reserveCapacity(slice.records.count)
        for record in slice.records {
            guard let event = self.resolve(record, resolveLinks, for: request) else { return false }
            page.events.append(event)
        }
        return true
    }
}
