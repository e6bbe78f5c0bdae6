// The messages that carry events are read straight into the memory that the events are kept in.

extension EventRecordWriter {
    mutating func append(plain reader: consuming ProtobufReader) -> EventRecord? {
        let none = UnsafeRawBufferPointer(start: nil, count: 0)
        let stream = reader.content(1) ?? none
        let number = reader.number(2) ?? 0
        let id = GUID(wire: reader.content(3) ?? none)
        let type = reader.content(4) ?? none
        let contentType = reader.number(5) ?? 0
        _ = reader.number(6)
        let (data, metadata) = (reader.content(7) ?? none, reader.content(8) ?? none)
        let (created, createdEpoch) = (reader.number(9), reader.number(10))
        guard reader.isAtEnd, let id else { return nil }
        let ticks = UnixTime.ticks(dotNet: created, milliseconds: createdEpoch)
        let isJSON = Int32(truncatingIfNeeded: contentType) == 1
        return self.append(number, ticks, id, isJSON, stream, type, data, metadata)
    }
}

extension EventRecord: SelfDecoding {
    init?(plain reader: inout ProtobufReader) {
        var writer = EventRecordWriter(expecting: 0)
        guard let record = writer.append(plain: reader) else { return nil }
        self = record
    }
}

extension ResolvedRecord {
    /// - Parameter reader: may have more behind the event and its link.
    fileprivate init?(start reader: inout ProtobufReader, _ writer: inout EventRecordWriter) {
        self.init(event: nil, link: nil)
        if let event = reader.message(1) {
            guard let event = writer.append(plain: event) else { return nil }
            self.event = event
        }
        if let link = reader.message(2) {
            guard let link = writer.append(plain: link) else { return nil }
            self.link = link
        }
    }
}

extension ResolvedRecord: PlainRecord {
    init?(plain reader: inout ProtobufReader, _ writer: inout EventRecordWriter) {
        self.init(start: &reader, &writer)
        guard reader.isAtEnd else { return nil }
    }
}

extension PositionedRecord: PlainRecord {
    init?(plain reader: inout ProtobufReader, _ writer: inout EventRecordWriter) {
        guard let record = ResolvedRecord(start: &reader, &writer) else { return nil }
        self.init(
            record: record, commitPosition: reader.number(3) ?? 0, preparePosition: reader.number(4) ?? 0)
        guard reader.isAtEnd else { return nil }
    }
}

/// A ``PagedRecord`` that can be read by itself.
protocol PlainRecord: PagedRecord {
    init?(plain reader: inout ProtobufReader, _ writer: inout EventRecordWriter)
}

extension ProtobufReader {
    /// The field of a message that has an event.
    fileprivate mutating func record<Record: PlainRecord>(
        _ field: UInt8, _ writer: inout EventRecordWriter
    ) -> Record? {
        guard var content = self.message(field) else { return nil }
        return Record(plain: &content, &writer)
    }

    /// The fields of a message that make a page; nil if there are more than protobuf-c may unpack, or others.
    fileprivate mutating func page<Record: PlainRecord>(
        _ field: UInt8, of message: (some SelfDecoding).Type
    ) -> [Record]? {
        let count = self.count(of: field)
        guard count <= message.mostElements ?? .max else { return nil }
        // What a record takes beyond its content is about as much as what a message says around it.
        var writer = EventRecordWriter(expecting: self.remainingCount + 8 * count)
        var records: [Record] = []
        records.reserveCapacity(count)
        for _ in 0..<count {
            guard let record: Record = self.record(field, &writer) else { return nil }
            records.append(record)
        }
        return records
    }
}

extension ReadEventCompleted: SelfDecoding {
    init?(plain reader: inout ProtobufReader) {
        let result = Result(plain: reader.number(1))
        var (writer, event) = (EventRecordWriter(expecting: 0), ResolvedRecord(event: nil, link: nil))
        if var content = reader.message(2) {
            guard let resolved = ResolvedRecord(plain: &content, &writer) else { return nil }
            event = resolved
        }
        self.init(result: result, event: event, error: reader.text(3))
        guard reader.isAtEnd else { return nil }
    }
}

extension ReadStreamEventsCompleted: SelfDecoding {
    init?(plain reader: inout ProtobufReader) {
        guard let events: [ResolvedRecord] = reader.page(1, of: Self.self) else { return nil }
        self.init(
            result: Result(plain: reader.number(2)), events: events, nextEventNumber: reader.number(3) ?? 0,
            lastEventNumber: reader.number(4) ?? 0, isEndOfStream: reader.number(5) ?? 0 != 0,
            lastCommitPosition: reader.number(6) ?? 0, error: reader.text(7))
        guard reader.isAtEnd else { return nil }
    }
}

extension ReadAllEventsCompleted: SelfDecoding {
    init?(plain reader: inout ProtobufReader) {
        let (commitPosition, preparePosition) = (reader.number(1) ?? 0, reader.number(2) ?? 0)
        guard let events: [PositionedRecord] = reader.page(3, of: Self.self) else { return nil }
        self.init(
            commitPosition: commitPosition, preparePosition: preparePosition, events: events,
            nextCommitPosition: reader.number(4) ?? 0, nextPreparePosition: reader.number(5) ?? 0,
            result: reader.number(6).map { Result(plain: $0) }, error: reader.text(7))
        guard reader.isAtEnd else { return nil }
    }
}

extension FilteredReadAllEventsCompleted: SelfDecoding {
    init?(plain reader: inout ProtobufReader) {
        let (commitPosition, preparePosition) = (reader.number(1) ?? 0, reader.number(2) ?? 0)
        guard let events: [PositionedRecord] = reader.page(3, of: Self.self) else { return nil }
        self.init(
            commitPosition: commitPosition, preparePosition: preparePosition, events: events,
            nextCommitPosition: reader.number(4) ?? 0, nextPreparePosition: reader.number(5) ?? 0,
            isEndOfStream: reader.number(6) ?? 0 != 0, result: reader.number(7).map { Result(plain: $0) },
            error: reader.text(8))
        guard reader.isAtEnd else { return nil }
    }
}

extension StreamEventAppeared: PushedMessage {
    init?(plain reader: inout ProtobufReader, _ writer: inout EventRecordWriter) {
        guard let event: PositionedRecord = reader.record(1, &writer), reader.isAtEnd else { return nil }
        self.init(event: event)
    }
}

extension PersistentSubscriptionStreamEventAppeared: PushedMessage {
    init?(plain reader: inout ProtobufReader, _ writer: inout EventRecordWriter) {
        guard let event: ResolvedRecord = reader.record(1, &writer) else { return nil }
        self.init(event: event, retryCount: reader.number(2).map { Int32(truncatingIfNeeded: $0) })
        guard reader.isAtEnd else { return nil }
    }
}

extension WriteEventsCompleted: SelfDecoding {
    init?(plain reader: inout ProtobufReader) {
        self.init(
            result: OperationResult(plain: reader.number(1)), message: reader.text(2),
            firstEventNumber: reader.number(3) ?? 0, lastEventNumber: reader.number(4) ?? 0,
            preparePosition: reader.number(5), commitPosition: reader.number(6), currentVersion: reader.number(7))
        guard reader.isAtEnd else { return nil }
    }
}

extension WireCode {
    /// A missing number is 0, and one of more than 32 bits is cut, as protobuf-c has it.
    fileprivate init(plain number: Int64?) {
        self.init(rawValue: UInt32(truncatingIfNeeded: number ?? 0))
    }
}
