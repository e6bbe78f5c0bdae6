// What clients write goes straight from the memory it is in to the socket's, and from there to the server's.

extension ProposedEvent: SelfEncoding {
    var encodedCount: Int {
        var count = ProtobufWriter.field(content: GUID.byteCount)
        count += ProtobufWriter.field(content: self.type.utf8.count)
        count += ProtobufWriter.field(Int64(self.dataContentType))
        count += ProtobufWriter.field(Int64(self.metadataContentType))
        count += ProtobufWriter.field(content: self.data.count)
        if let metadata { count += ProtobufWriter.field(content: metadata.count) }
        return count
    }

    func write(to writer: inout ProtobufWriter) {
        writer.field(1, self.id)
        writer.field(2, self.type)
        writer.field(3, Int64(self.dataContentType))
        writer.field(4, Int64(self.metadataContentType))
        self.data.withUnsafeBytes { writer.field(5, $0) }
        self.metadata?.withUnsafeBytes { writer.field(6, $0) }
    }
}

extension WriteEvents: SelfEncoding {
    var encodedCount: Int {
        var count = ProtobufWriter.field(content: self.stream.utf8.count)
        count += ProtobufWriter.field(self.expectedVersion)
        for event in self.events { count += ProtobufWriter.field(content: event.encodedCount) }
        return count + ProtobufWriter.field(self.requireMaster ? 1 : 0)
    }

    func write(to writer: inout ProtobufWriter) {
        writer.field(1, self.stream)
        writer.field(2, self.expectedVersion)
        for event in self.events {
            writer.open(3, event.encodedCount)
            event.write(to: &writer)
        }
        writer.field(4, self.requireMaster ? 1 : 0)
    }
}

extension ProposedEvent: SelfDecoding {
    init?(plain reader: inout ProtobufReader) {
        var payloads = PayloadWriter(capacity: reader.remainingCount)
        self.init(plain: &reader, &payloads)
    }

    fileprivate init?(plain reader: inout ProtobufReader, _ payloads: inout PayloadWriter) {
        guard let id = reader.content(1).flatMap({ GUID(wire: $0) }), let type = reader.text(2) else { return nil }
        let (dataContentType, metadataContentType) = (reader.number(3) ?? 0, reader.number(4) ?? 0)
        let (data, metadata) = (reader.content(5), reader.content(6))
        guard reader.isAtEnd else { return nil }
        self.init(
            id: id, type: type, isJSON: false, data: data.map { payloads.append($0) } ?? Bytes(), metadata: Bytes())
        self.dataContentType = Int32(truncatingIfNeeded: dataContentType)
        self.metadataContentType = Int32(truncatingIfNeeded: metadataContentType)
        self.metadata = metadata.map { payloads.append($0) }
    }
}

extension WriteEvents: SelfDecoding {
    init?(plain reader: inout ProtobufReader) {
        guard let stream = reader.text(1) else { return nil }
        let expectedVersion = reader.number(2) ?? 0
        // The payloads are less than all of the message.
        var payloads = PayloadWriter(capacity: reader.remainingCount)
        var events: [ProposedEvent] = []
        // No event takes less than its id.
        events.reserveCapacity(min(reader.count(of: 3), reader.remainingCount / GUID.byteCount))
        while var content = reader.message(3) {
            guard let event = ProposedEvent(plain: &content, &payloads) else { return nil }
            events.append(event)
        }
        self.init(
            stream: stream, expectedVersion: expectedVersion, events: events,
            requireMaster: reader.number(4) ?? 0 != 0)
        guard reader.isAtEnd else { return nil }
    }
}
