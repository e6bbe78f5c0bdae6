internal import CEventStoreMessages

/// Asks for the events that are committed from now on.
package struct SubscribeToStream: Hashable {
    /// Empty for `$all`; a stream that is called "$all" has no events.
    package var stream: String
    package var resolveLinks: Bool

    package init(stream: String, resolveLinks: Bool) {
        self.stream = stream
        self.resolveLinks = resolveLinks
    }
}

extension SubscribeToStream: ProtobufMessage {
    static let initialize = es__subscribe_to_stream__init

    init(_ message: borrowing Es__SubscribeToStream) throws(MalformedMessage) {
        // Servers take a missing name for an empty one.
        self.stream = field(message.has_event_stream_id, message.event_stream_id)?.text ?? ""
        self.resolveLinks = Bool(message.resolve_link_tos)
    }

    func fill(_ message: inout Es__SubscribeToStream, _ arena: inout ProtobufArena) {
        set(&message.has_event_stream_id, &message.event_stream_id, to: arena.copy(self.stream))
        set(&message.has_resolve_link_tos, &message.resolve_link_tos, to: self.resolveLinks.cValue)
    }
}
