internal import CEventStoreMessages

/// Deletes a stream: so that it can be written to again, or for good.
package struct DeleteStream: Hashable {
    package var stream: String
    package var expectedVersion: Int64
    package var requireMaster: Bool
    /// Missing means no.
    package var hardDelete: Bool?

    package init(stream: String, expectedVersion: Int64, requireMaster: Bool, hardDelete: Bool?) {
        self.stream = stream
        self.expectedVersion = expectedVersion
        self.requireMaster = requireMaster
        self.hardDelete = hardDelete
    }
}

extension DeleteStream: ProtobufMessage {
    static let initialize = es__delete_stream__init

    init(_ message: borrowing Es__DeleteStream) throws(MalformedMessage) {
        self.stream = try Self.text("event_stream_id", message.has_event_stream_id, message.event_stream_id)
        self.expectedVersion = message.expected_version
        self.requireMaster = Bool(message.require_master)
        self.hardDelete = field(message.has_hard_delete, message.hard_delete).map(Bool.init)
    }

    func fill(_ message: inout Es__DeleteStream, _ arena: inout ProtobufArena) {
        set(&message.has_event_stream_id, &message.event_stream_id, to: arena.copy(self.stream))
        set(&message.has_expected_version, &message.expected_version, to: self.expectedVersion)
        set(&message.has_require_master, &message.require_master, to: self.requireMaster.cValue)
        set(&message.has_hard_delete, &message.hard_delete, to: self.hardDelete?.cValue)
    }
}
