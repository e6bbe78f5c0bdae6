internal import CEventStoreMessages

/// An event and the link it was found through: the protocol's `ResolvedIndexedEvent`.
package struct ResolvedRecord: Sendable {
    /// Missing when the link's target is gone.
    package var event: EventRecord?
    package var link: EventRecord?

    package init(event: EventRecord?, link: EventRecord?) {
        self.event = event
        self.link = link
    }
}

extension ResolvedRecord: ProtobufMessage {
    static var codec: ProtobufCodec<Es__ResolvedIndexedEvent> {
        .init("ResolvedIndexedEvent", es__resolved_indexed_event__init, es__resolved_indexed_event__unpack)
    }

    init(_ message: borrowing Es__ResolvedIndexedEvent) throws(MalformedMessage) {
        var writer = EventRecordWriter(expecting: 0)
        try self.init(message, &writer)
    }

    init(_ message: borrowing Es__ResolvedIndexedEvent, _ writer: inout EventRecordWriter) throws(MalformedMessage) {
        self.event = if let event = message.event { try writer.append(event.pointee) } else { nil }
        self.link = if let link = message.link { try writer.append(link.pointee) } else { nil }
    }

    func fill(_ message: inout Es__ResolvedIndexedEvent, _ arena: inout ProtobufArena) {
        message.event = self.event.map { arena.message($0, EventRecord.codec) }
        message.link = self.link.map { arena.message($0, EventRecord.codec) }
    }
}
