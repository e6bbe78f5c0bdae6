internal import CEventStoreMessages

/// Asks for a slice of a stream; the command says in which direction.
package struct ReadStreamEvents: Hashable {
    package var stream: String
    /// The first event wanted; backwards, -1 is the last one of the stream.
    package var from: Int64
    package var maxCount: Int32
    package var resolveLinks: Bool
    package var requireMaster: Bool

    package init(stream: String, from: Int64, maxCount: Int32, resolveLinks: Bool, requireMaster: Bool) {
        self.stream = stream
        self.from = from
        self.maxCount = maxCount
        self.resolveLinks = resolveLinks
        self.requireMaster = requireMaster
    }
}

extension ReadStreamEvents: ProtobufMessage {
    static let initialize = es__read_stream_events__init

    init(_ message: borrowing Es__ReadStreamEvents) throws(MalformedMessage) {
        self.stream = try Self.text("event_stream_id", message.has_event_stream_id, message.event_stream_id)
        self.from = message.from_event_number
        self.maxCount = message.max_count
        self.resolveLinks = Bool(message.resolve_link_tos)
        self.requireMaster = Bool(message.require_master)
    }

    func fill(_ message: inout Es__ReadStreamEvents, _ arena: inout ProtobufArena) {
        set(&message.has_event_stream_id, &message.event_stream_id, to: arena.copy(self.stream))
        set(&message.has_from_event_number, &message.from_event_number, to: self.from)
        set(&message.has_max_count, &message.max_count, to: self.maxCount)
        set(&message.has_resolve_link_tos, &message.resolve_link_tos, to: self.resolveLinks.cValue)
        set(&message.has_require_master, &message.require_master, to: self.requireMaster.cValue)
    }
}
