internal import PhotonPumpWire

extension EventLog {
    /// Writes the links that a server's system projections write: to each event from the streams of its category and
    /// its type, and to the first event of each stream from `$streams`.
    ///
    /// - Parameter numbers: of events just written to `stream`. Events of system streams are not linked to.
    mutating func link(_ events: [ProposedEvent], _ numbers: Range<Int64>, of stream: StreamName, now: Int64) {
        guard !stream.isSystem else { return }
        let category = stream.category.map { StreamName("$ce-\($0)") }
        for (number, event) in zip(numbers, events) {
            if number == 0 { self.link(from: .streams, to: number, of: stream, now: now) }
            if let category { self.link(from: category, to: number, of: stream, now: now) }
            // A link has no type of its own.
            guard event.type != LinkTarget.eventType.text else { continue }
            self.link(from: StreamName("$et-\(event.type)"), to: number, of: stream, now: now)
        }
    }

    private mutating func link(from source: StreamName, to number: Int64, of target: StreamName, now: Int64) {
        let link = self.makeEvent(LinkTarget.eventType.text, isJSON: false, LinkTarget.data(number, target))
        // A stream of links that was deleted permanently stays deleted.
        _ = self.write([link], to: source, expecting: .any, now: now)
    }
}
