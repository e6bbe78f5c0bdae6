internal import CEventStoreMessages

/// An event on its way to the server: the protocol's `NewEvent`.
package struct ProposedEvent: Hashable {
    package var id: GUID
    package var type: String
    /// 1 means JSON, everything else binary.
    package var dataContentType: Int32
    /// Servers ignore it.
    package var metadataContentType: Int32
    package var data: Bytes
    package var metadata: Bytes?

    package init(id: GUID, type: String, isJSON: Bool, data: Bytes, metadata: Bytes) {
        self.id = id
        self.type = type
        self.dataContentType = isJSON ? 1 : 0
        self.metadataContentType = 0
        self.data = data
        self.metadata = metadata
    }

    package var isJSON: Bool { self.dataContentType == 1 }
}

extension ProposedEvent: ProtobufMessage {
    static let initialize = es__new_event__init

    init(_ message: borrowing Es__NewEvent) throws(MalformedMessage) {
        guard message.has_event_id != 0, let id = GUID(wire: message.event_id.buffer) else {
            throw Self.malformed("event_id has \(message.event_id.len) bytes, not 16")
        }
        self.id = id
        self.type = try Self.text("event_type", message.has_event_type, message.event_type)
        self.dataContentType = message.data_content_type
        self.metadataContentType = message.metadata_content_type
        self.data = message.data.copied
        self.metadata = field(message.has_metadata, message.metadata)?.copied
    }

    func fill(_ message: inout Es__NewEvent, _ arena: inout ProtobufArena) {
        set(&message.has_event_id, &message.event_id, to: arena.copy(self.id))
        set(&message.has_event_type, &message.event_type, to: arena.copy(self.type))
        set(&message.has_data_content_type, &message.data_content_type, to: self.dataContentType)
        set(&message.has_metadata_content_type, &message.metadata_content_type, to: self.metadataContentType)
        set(&message.has_data, &message.data, to: arena.reference(self.data))
        set(&message.has_metadata, &message.metadata, to: self.metadata.map { arena.reference($0) })
    }
}
