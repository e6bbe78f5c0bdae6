internal import CEventStoreMessages

/// Tells the server that events have been dealt with. There is no answer.
package struct PersistentSubscriptionAckEvents: Hashable {
    /// As ``PersistentSubscriptionConfirmation/subscriptionID`` has it.
    package var subscriptionID: String
    /// Of the links, where events were found through links.
    package var eventIDs: [GUID]

    package init(subscriptionID: String, eventIDs: [GUID]) {
        self.subscriptionID = subscriptionID
        self.eventIDs = eventIDs
    }
}

extension PersistentSubscriptionAckEvents: ProtobufMessage {
    static let initialize = es__persistent_subscription_ack_events__init

    /// Only the frame limits it.
    static var mostElements: Int? { nil }

    init(_ message: borrowing Es__PersistentSubscriptionAckEvents) throws(MalformedMessage) {
        self.subscriptionID = try Self.text("subscription_id", message.has_subscription_id, message.subscription_id)
        self.eventIDs = try Self.guids(message.n_processed_event_ids, at: message.processed_event_ids)
    }

    func fill(_ message: inout Es__PersistentSubscriptionAckEvents, _ arena: inout ProtobufArena) {
        set(&message.has_subscription_id, &message.subscription_id, to: arena.copy(self.subscriptionID))
        message.n_processed_event_ids = self.eventIDs.count
        message.processed_event_ids = arena.guids(self.eventIDs)
    }
}

extension ProtobufMessage {
    /// The event ids that a consumer has dealt with.
    static func guids(
        _ count: Int, at ids: UnsafeMutablePointer<ProtobufCBinaryData>?
    ) throws(MalformedMessage) -> [GUID] {
        var guids: [GUID] = []
        guids.reserveCapacity(count)
        for id in UnsafeBufferPointer(start: ids, count: count) {
            guard let guid = GUID(wire: id.buffer) else {
                throw self.malformed("an event id has \(id.len) bytes, not 16")
            }
            guids.append(guid)
        }
        return guids
    }
}

extension ProtobufArena {
    /// An array of the 16 bytes of each of `ids`.
    mutating func guids(_ ids: [GUID]) -> UnsafeMutablePointer<ProtobufCBinaryData> {
        let array = self.array(of: max(ids.count, 1), ProtobufCBinaryData.self)
        for (position, id) in ids.enumerated() { array[position] = self.copy(id) }
        return array
    }
}
