internal import CEventStoreMessages

/// A message with an event, its link or both, many of which make a page.
protocol PagedRecord: ProtobufMessage {
    /// The bytes that the records of `message` take.
    static func size(of message: borrowing CMessage) -> Int

    init(_ message: borrowing CMessage, _ writer: inout EventRecordWriter) throws(MalformedMessage)
}

extension PagedRecord {
    init(_ message: borrowing CMessage) throws(MalformedMessage) {
        var writer = EventRecordWriter(expecting: 0)
        try self.init(message, &writer)
    }

    /// The records of a page, with their bytes in one run of memory.
    static func page(
        _ count: Int, at messages: UnsafeMutablePointer<UnsafeMutablePointer<CMessage>?>?
    ) throws(MalformedMessage) -> [Self] {
        let messages = UnsafeBufferPointer(start: messages, count: count)
        var size = 0
        for case let message? in messages { size += self.size(of: message.pointee) }
        var writer = EventRecordWriter(expecting: size)
        var records: [Self] = []
        records.reserveCapacity(count)
        for case let message? in messages { records.append(try Self(message.pointee, &writer)) }
        return records
    }
}
