internal import CEventStoreMessages

/// Appends events to a stream, all of them or none.
package struct WriteEvents: Hashable {
    package var stream: String
    package var expectedVersion: Int64
    package var events: [ProposedEvent]
    package var requireMaster: Bool

    package init(stream: String, expectedVersion: Int64, events: [ProposedEvent], requireMaster: Bool) {
        self.stream = stream
        self.expectedVersion = expectedVersion
        self.events = events
        self.requireMaster = requireMaster
    }
}

extension WriteEvents: ProtobufMessage {
    static let initialize = es__write_events__init

    /// Only the frame limits it.
    static var mostElements: Int? { nil }

    init(_ message: borrowing Es__WriteEvents) throws(MalformedMessage) {
        self.stream = try Self.text("event_stream_id", message.has_event_stream_id, message.event_stream_id)
        self.expectedVersion = message.expected_version
        self.requireMaster = Bool(message.require_master)
        self.events = try ProposedEvent.batch(message.n_events, at: message.events)
    }

    func fill(_ message: inout Es__WriteEvents, _ arena: inout ProtobufArena) {
        set(&message.has_event_stream_id, &message.event_stream_id, to: arena.copy(self.stream))
        set(&message.has_expected_version, &message.expected_version, to: self.expectedVersion)
        set(&message.has_require_master, &message.require_master, to: self.requireMaster.cValue)
        message.n_events = self.events.count
        message.events = arena.messages(self.events)
    }
}
