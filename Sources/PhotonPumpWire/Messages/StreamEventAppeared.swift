internal import CEventStoreMessages

/// An event for a subscriber.
package struct StreamEventAppeared: Sendable {
    package var event: PositionedRecord

    package init(event: PositionedRecord) {
        self.event = event
    }
}

extension StreamEventAppeared: ProtobufMessage {
    static var codec: ProtobufCodec<Es__StreamEventAppeared> {
        .init("StreamEventAppeared", es__stream_event_appeared__init, es__stream_event_appeared__unpack)
    }

    init(_ message: borrowing Es__StreamEventAppeared) throws(MalformedMessage) {
        guard let event = message.event else { throw MalformedMessage("StreamEventAppeared", "event is missing") }
        self.event = try PositionedRecord(event.pointee)
    }

    func fill(_ message: inout Es__StreamEventAppeared, _ arena: inout ProtobufArena) {
        message.event = arena.message(self.event, PositionedRecord.codec)
    }
}
