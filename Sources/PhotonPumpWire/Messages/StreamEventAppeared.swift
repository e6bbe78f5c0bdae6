internal import CEventStoreMessages

/// An event for a subscriber.
package struct StreamEventAppeared: Sendable {
    package var event: PositionedRecord

    package init(event: PositionedRecord) {
        self.event = event
    }
}

extension StreamEventAppeared: ProtobufMessage {
    static let initialize = es__stream_event_appeared__init

    init(_ message: borrowing Es__StreamEventAppeared) throws(MalformedMessage) {
        self.event = try PositionedRecord(Self.required("event", message.event).pointee)
    }

    func fill(_ message: inout Es__StreamEventAppeared, _ arena: inout ProtobufArena) {
        message.event = arena.message(self.event)
    }
}
