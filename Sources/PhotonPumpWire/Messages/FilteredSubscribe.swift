internal import CEventStoreMessages

/// Asks for those events that are committed from now on and fit a filter: the protocol's `FilteredSubscribeToStream`.
/// Servers of generation 20 and later know it.
package struct FilteredSubscribe: Hashable {
    /// Empty for `$all`.
    package var stream: String
    package var resolveLinks: Bool
    package var filter: Filter
    /// After how many events, fitting or not, the server says how far it has come; -1 for never.
    package var checkpointInterval: Int32

    package init(stream: String, resolveLinks: Bool, filter: Filter, checkpointInterval: Int32) {
        self.stream = stream
        self.resolveLinks = resolveLinks
        self.filter = filter
        self.checkpointInterval = checkpointInterval
    }
}

extension FilteredSubscribe: ProtobufMessage {
    static let initialize = es__filtered_subscribe_to_stream__init

    init(_ message: borrowing Es__FilteredSubscribeToStream) throws(MalformedMessage) {
        self.stream = try Self.text("event_stream_id", message.has_event_stream_id, message.event_stream_id)
        self.resolveLinks = Bool(message.resolve_link_tos)
        self.filter = Filter(try Self.required("filter", message.filter).pointee)
        self.checkpointInterval = message.checkpoint_interval
    }

    func fill(_ message: inout Es__FilteredSubscribeToStream, _ arena: inout ProtobufArena) {
        set(&message.has_event_stream_id, &message.event_stream_id, to: arena.copy(self.stream))
        set(&message.has_resolve_link_tos, &message.resolve_link_tos, to: self.resolveLinks.cValue)
        message.filter = arena.message(self.filter)
        set(&message.has_checkpoint_interval, &message.checkpoint_interval, to: self.checkpointInterval)
    }
}
