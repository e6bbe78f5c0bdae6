internal import PhotonPumpWire

extension Store {
    /// The event as a reader receives it: a link comes with the event that it points to. nil if the reader may not read
    /// that.
    ///
    /// The target of a link is not resolved further. A link without a target comes alone.
    func resolve(_ record: EventRecord, _ resolveLinks: Bool, for request: Request) -> ResolvedRecord? {
        guard resolveLinks, record.isLink else { return ResolvedRecord(event: record, link: nil) }
        guard let target = LinkTarget(record.data) else { return ResolvedRecord(event: nil, link: record) }
        guard self.log.allows(request.identity, to: .read, target.stream) else { return nil }
        return self.resolve(record, now: request.now)
    }

    /// The same for a subscriber, who may read everything.
    func resolve(_ record: EventRecord, now: Int64) -> ResolvedRecord {
        guard record.isLink else { return ResolvedRecord(event: record, link: nil) }
        guard let target = LinkTarget(record.data) else { return ResolvedRecord(event: nil, link: record) }
        let view = self.log.view(of: target.stream, now: now)
        return ResolvedRecord(event: self.log.event(target.number, of: target.stream, view), link: record)
    }
}
