internal import CEventStoreMessages

/// Asks for one event of a stream.
package struct ReadEvent: Hashable {
    package var stream: String
    /// -1 is the last one.
    package var eventNumber: Int64
    package var resolveLinks: Bool
    package var requireMaster: Bool

    package init(stream: String, eventNumber: Int64, resolveLinks: Bool, requireMaster: Bool) {
        self.stream = stream
        self.eventNumber = eventNumber
        self.resolveLinks = resolveLinks
        self.requireMaster = requireMaster
    }
}

extension ReadEvent: ProtobufMessage {
    static let initialize = es__read_event__init

    init(_ message: borrowing Es__ReadEvent) throws(MalformedMessage) {
        self.stream = try Self.text("event_stream_id", message.has_event_stream_id, message.event_stream_id)
        self.eventNumber = message.event_number
        self.resolveLinks = Bool(message.resolve_link_tos)
        self.requireMaster = Bool(message.require_master)
    }

    func fill(_ message: inout Es__ReadEvent, _ arena: inout ProtobufArena) {
        set(&message.has_event_stream_id, &message.event_stream_id, to: arena.copy(self.stream))
        set(&message.has_event_number, &message.event_number, to: self.eventNumber)
        set(&message.has_resolve_link_tos, &message.resolve_link_tos, to: self.resolveLinks.cValue)
        set(&message.has_require_master, &message.require_master, to: self.requireMaster.cValue)
    }
}
