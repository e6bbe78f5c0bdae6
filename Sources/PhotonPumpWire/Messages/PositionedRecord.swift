internal import CEventStoreMessages

/// A ``ResolvedRecord`` and its place in the log: the protocol's `ResolvedEvent`.
package struct PositionedRecord: Sendable {
    package var record: ResolvedRecord
    /// Of the link, if there is one.
    package var commitPosition: Int64
    package var preparePosition: Int64

    package init(record: ResolvedRecord, commitPosition: Int64, preparePosition: Int64) {
        self.record = record
        self.commitPosition = commitPosition
        self.preparePosition = preparePosition
    }
}

extension PositionedRecord: ProtobufMessage {
    static var codec: ProtobufCodec<Es__ResolvedEvent> {
        .init("ResolvedEvent", es__resolved_event__init, es__resolved_event__unpack)
    }

    init(_ message: borrowing Es__ResolvedEvent) throws(MalformedMessage) {
        var writer = EventRecordWriter(expecting: 0)
        try self.init(message, &writer)
    }

    init(_ message: borrowing Es__ResolvedEvent, _ writer: inout EventRecordWriter) throws(MalformedMessage) {
        self.record = ResolvedRecord(
            event: try message.event.map { (event) throws(MalformedMessage) in try writer.append(event.pointee) },
            link: try message.link.map { (link) throws(MalformedMessage) in try writer.append(link.pointee) }
        )
        self.commitPosition = message.commit_position
        self.preparePosition = message.prepare_position
    }

    /// The records of a page, with their bytes in one run of memory.
    static func all(
        _ count: Int,
        at messages: UnsafeMutablePointer<UnsafeMutablePointer<Es__ResolvedEvent>?>?
    ) throws(MalformedMessage) -> [PositionedRecord] {
        let messages = UnsafeBufferPointer(start: messages, count: count)
        var size = 0
        for case let message? in messages {
            size += EventRecordWriter.size(of: message.pointee.event) + EventRecordWriter.size(of: message.pointee.link)
        }
        var writer = EventRecordWriter(expecting: size)
        var records: [PositionedRecord] = []
        records.reserveCapacity(count)
        for case let message? in messages { records.append(try PositionedRecord(message.pointee, &writer)) }
        return records
    }

    func fill(_ message: inout Es__ResolvedEvent, _ arena: inout ProtobufArena) {
        message.event = self.record.event.map { arena.message($0, EventRecord.codec) }
        message.link = self.record.link.map { arena.message($0, EventRecord.codec) }
        set(&message.has_commit_position, &message.commit_position, to: self.commitPosition)
        set(&message.has_prepare_position, &message.prepare_position, to: self.preparePosition)
    }
}
