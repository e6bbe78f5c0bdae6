internal import PhotonPumpWire

/// How much one write may contain. Beyond that, servers drop the connection or the request, so it is checked first.
struct WriteLimits {
    /// The stream, type, data and metadata of one event must stay below 16 MiB less 10,000 bytes. Servers refuse a request
    /// that goes beyond that without the stream's name, counting two bytes per UTF-16 unit of text. They reserve as much
    /// for the stream's name, too: a record that does not fit into 16 MiB with that ends their process.
    static let maximumEventSize = (16 << 20) - 10_000
    /// The most that an event's fields add to its strings and bytes: ids, flags, tags and lengths.
    private static let eventOverhead = 64
    /// The header and credentials of the package, and the fields besides the events.
    private static let packageOverhead = 1024

    let maximumFrameSize: Int

    func check(_ events: [NewEvent], stream: String) throws(PhotonPumpError) {
        var total = Self.packageOverhead + stream.utf8.count
        let room = Self.room(for: stream)
        for (index, event) in events.enumerated() {
            let event = event.proposed
            guard !event.type.isEmpty else {
                throw PhotonPumpError(
                    .invalidArgument,
                    "the type of event \(index) for '\(stream)' is empty",
                    stream: stream
                )
            }
            let bytes = event.data.count + (event.metadata?.count ?? 0)
            // How servers count it takes a look at every character, and matters only near the limit.
            if room + 2 * event.type.utf8.count + bytes >= Self.maximumEventSize {
                let size = room + Self.room(for: event.type) + bytes
                guard size < Self.maximumEventSize else {
                    throw self.tooLarge("event \(index) ('\(event.type)')", size, Self.maximumEventSize - 1, stream)
                }
            }
            total += event.type.utf8.count + bytes + Self.eventOverhead
        }
        guard total <= self.maximumFrameSize else {
            throw self.tooLarge("\(events.count) events together", total, self.maximumFrameSize, stream)
        }
    }

    /// The events of a write that is within the limits, with these members in the metadata of each: except for links, and
    /// wherever that would go beyond a limit, the metadata is something other than a JSON object, or it has one of them.
    func adding(
        _ members: [(key: String, value: String)], to events: [ProposedEvent], of stream: String
    ) -> [ProposedEvent] {
        var total = events.reduce(Self.packageOverhead + stream.utf8.count) { total, event in
            let strings = event.type.utf8.count + event.data.count + (event.metadata?.count ?? 0)
            return total + strings + Self.eventOverhead
        }
        return events.map { event in
            let metadata = Payload(event.metadata ?? Bytes())
            guard event.type != NewEvent.linkType, let larger = metadata.adding(members, onlyTogether: true) else {
                return event
            }
            let size = Self.room(for: stream) + Self.room(for: event.type) + event.data.count + larger.count
            let added = larger.count - metadata.count
            guard size < Self.maximumEventSize, total + added <= self.maximumFrameSize else { return event }
            total += added
            var event = event
            event.metadata = larger.bytes
            return event
        }
    }

    /// The batch size to aim for: large enough to be efficient, and far below any limit.
    var preferredBatchSize: Int { min(4 << 20, self.maximumFrameSize / 2) }

    /// The approximate number of bytes that `event` adds to a write.
    func size(of event: NewEvent) -> Int {
        event.type.utf8.count + event.data.count + event.metadata.count
    }

    /// The most bytes that servers count for a name, in whichever way they count.
    private static func room(for name: String) -> Int { max(name.utf8.count, 2 * name.utf16.count) }

    private func tooLarge(_ what: String, _ size: Int, _ limit: Int, _ stream: String) -> PhotonPumpError {
        PhotonPumpError(
            .tooLarge,
            "\(what) for '\(stream)' would take \(size) bytes, more than the limit of \(limit)",
            stream: stream
        )
    }
}
