// The messages that carry events write them straight from the memory they are kept in.

extension EventRecord: SelfEncoding {
    private var contentType: Int64 { self.isJSON ? 1 : 0 }
    private var created: Int64 { UnixTime.dotNetTicks(self.createdTicks) }
    private var createdEpoch: Int64 { UnixTime.milliseconds(self.createdTicks) }

    var encodedCount: Int {
        let counts = self.counts
        return ProtobufWriter.field(content: counts.stream) + ProtobufWriter.field(self.number)
            + ProtobufWriter.field(content: GUID.byteCount) + ProtobufWriter.field(content: counts.type) + 4
            + ProtobufWriter.field(content: counts.data) + ProtobufWriter.field(content: counts.metadata)
            + ProtobufWriter.field(self.created) + ProtobufWriter.field(self.createdEpoch)
    }

    func write(to writer: inout ProtobufWriter) {
        self.withContents { stream, type, data, metadata in
            writer.field(1, stream)
            writer.field(2, self.number)
            writer.field(3, self.id)
            writer.field(4, type)
            writer.field(5, self.contentType)
            // Servers keep one content type and answer with it twice.
            writer.field(6, self.contentType)
            writer.field(7, data)
            writer.field(8, metadata)
            writer.field(9, self.created)
            writer.field(10, self.createdEpoch)
        }
    }
}

extension ResolvedRecord: SelfEncoding {
    var encodedCount: Int { self.counts.total }

    func write(to writer: inout ProtobufWriter) { self.write(to: &writer, self.counts) }

    /// Writes it as a field of another message.
    func write(_ number: UInt8, to writer: inout ProtobufWriter) {
        let counts = self.counts
        writer.open(number, counts.total)
        self.write(to: &writer, counts)
    }

    /// What its parts take, which is counted but once.
    fileprivate var counts: (event: Int, link: Int, total: Int) {
        let (event, link) = (self.event?.encodedCount, self.link?.encodedCount)
        let total = (event.map(ProtobufWriter.field(content:)) ?? 0) + (link.map(ProtobufWriter.field(content:)) ?? 0)
        return (event ?? 0, link ?? 0, total)
    }

    fileprivate func write(to writer: inout ProtobufWriter, _ counts: (event: Int, link: Int, total: Int)) {
        if let event {
            writer.open(1, counts.event)
            event.write(to: &writer)
        }
        if let link {
            writer.open(2, counts.link)
            link.write(to: &writer)
        }
    }
}

extension PositionedRecord: SelfEncoding {
    private func count(of record: Int) -> Int {
        record + ProtobufWriter.field(self.commitPosition) + ProtobufWriter.field(self.preparePosition)
    }

    var encodedCount: Int { self.count(of: self.record.encodedCount) }

    func write(to writer: inout ProtobufWriter) { self.write(to: &writer, self.record.counts) }

    /// Writes it as a field of another message.
    func write(_ number: UInt8, to writer: inout ProtobufWriter) {
        let counts = self.record.counts
        writer.open(number, self.count(of: counts.total))
        self.write(to: &writer, counts)
    }

    private func write(to writer: inout ProtobufWriter, _ counts: (event: Int, link: Int, total: Int)) {
        self.record.write(to: &writer, counts)
        writer.field(3, self.commitPosition)
        writer.field(4, self.preparePosition)
    }
}

extension ReadStreamEventsCompleted: SelfEncoding {
    var encodedCount: Int {
        self.events.reduce(0) { $0 + ProtobufWriter.field(content: $1.encodedCount) }
            + ProtobufWriter.field(self.result.encoded) + ProtobufWriter.field(self.nextEventNumber)
            + ProtobufWriter.field(self.lastEventNumber) + 2 + ProtobufWriter.field(self.lastCommitPosition)
            + (self.error.map { ProtobufWriter.field(content: $0.utf8.count) } ?? 0)
    }

    func write(to writer: inout ProtobufWriter) {
        for event in self.events { event.write(1, to: &writer) }
        writer.field(2, self.result.encoded)
        writer.field(3, self.nextEventNumber)
        writer.field(4, self.lastEventNumber)
        writer.field(5, self.isEndOfStream ? 1 : 0)
        writer.field(6, self.lastCommitPosition)
        if let error { writer.field(7, error) }
    }
}

extension ReadAllEventsCompleted: SelfEncoding {
    var encodedCount: Int {
        ProtobufWriter.field(self.commitPosition) + ProtobufWriter.field(self.preparePosition)
            + self.events.reduce(0) { $0 + ProtobufWriter.field(content: $1.encodedCount) }
            + ProtobufWriter.field(self.nextCommitPosition) + ProtobufWriter.field(self.nextPreparePosition)
            + (self.result.map { ProtobufWriter.field($0.encoded) } ?? 0)
            + (self.error.map { ProtobufWriter.field(content: $0.utf8.count) } ?? 0)
    }

    func write(to writer: inout ProtobufWriter) {
        writer.field(1, self.commitPosition)
        writer.field(2, self.preparePosition)
        for event in self.events { event.write(3, to: &writer) }
        writer.field(4, self.nextCommitPosition)
        writer.field(5, self.nextPreparePosition)
        if let result { writer.field(6, result.encoded) }
        if let error { writer.field(7, error) }
    }
}

extension StreamEventAppeared: SelfEncoding {
    var encodedCount: Int { ProtobufWriter.field(content: self.event.encodedCount) }

    func write(to writer: inout ProtobufWriter) { self.event.write(1, to: &writer) }
}

extension PersistentSubscriptionStreamEventAppeared: SelfEncoding {
    var encodedCount: Int {
        ProtobufWriter.field(content: self.event.encodedCount)
            + (self.retryCount.map { ProtobufWriter.field(Int64($0)) } ?? 0)
    }

    func write(to writer: inout ProtobufWriter) {
        self.event.write(1, to: &writer)
        if let retryCount { writer.field(2, Int64(retryCount)) }
    }
}

extension WriteEventsCompleted: SelfEncoding {
    var encodedCount: Int {
        var count = ProtobufWriter.field(self.result.encoded)
        if let message { count += ProtobufWriter.field(content: message.utf8.count) }
        count += ProtobufWriter.field(self.firstEventNumber) + ProtobufWriter.field(self.lastEventNumber)
        if let preparePosition { count += ProtobufWriter.field(preparePosition) }
        if let commitPosition { count += ProtobufWriter.field(commitPosition) }
        if let currentVersion { count += ProtobufWriter.field(currentVersion) }
        return count
    }

    func write(to writer: inout ProtobufWriter) {
        writer.field(1, self.result.encoded)
        if let message { writer.field(2, message) }
        writer.field(3, self.firstEventNumber)
        writer.field(4, self.lastEventNumber)
        if let preparePosition { writer.field(5, preparePosition) }
        if let commitPosition { writer.field(6, commitPosition) }
        if let currentVersion { writer.field(7, currentVersion) }
    }
}
