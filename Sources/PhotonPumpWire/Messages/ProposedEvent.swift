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

    package var isJSON: Bool {
        get { self.dataContentType == 1 }
        set { self.dataContentType = newValue ? 1 : 0 }
    }
}

extension ProposedEvent: ProtobufMessage {
    static let initialize = es__new_event__init

    init(_ message: borrowing Es__NewEvent) throws(MalformedMessage) {
        var payloads = PayloadWriter(capacity: PayloadWriter.size(of: message))
        try self.init(message, &payloads)
    }

    fileprivate init(_ message: borrowing Es__NewEvent, _ payloads: inout PayloadWriter) throws(MalformedMessage) {
        guard message.has_event_id != 0, let id = GUID(wire: message.event_id.buffer) else {
            throw Self.malformed("event_id has \(message.event_id.len) bytes, not 16")
        }
        self.id = id
        self.type = try Self.text("event_type", message.has_event_type, message.event_type)
        self.dataContentType = message.data_content_type
        self.metadataContentType = message.metadata_content_type
        self.data = payloads.append(message.data.buffer)
        self.metadata = field(message.has_metadata, message.metadata).map { payloads.append($0.buffer) }
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

extension ProposedEvent {
    /// The events of a write, with their payloads in one run of memory.
    static func batch(
        _ count: Int, at messages: UnsafeMutablePointer<UnsafeMutablePointer<Es__NewEvent>?>?
    ) throws(MalformedMessage) -> [Self] {
        let messages = UnsafeBufferPointer(start: messages, count: count)
        var size = 0
        for case let message? in messages { size += PayloadWriter.size(of: message.pointee) }
        var payloads = PayloadWriter(capacity: size)
        var events: [Self] = []
        events.reserveCapacity(count)
        for case let message? in messages { events.append(try Self(message.pointee, &payloads)) }
        return events
    }
}

/// Copies payloads one behind the other.
struct PayloadWriter {
    private let block: ByteBlock
    private var end = 0

    static func size(of message: borrowing Es__NewEvent) -> Int { message.data.len + message.metadata.len }

    init(capacity: Int) {
        self.block = capacity == 0 ? .empty : ByteBlock(capacity: capacity)
    }

    mutating func append(_ payload: UnsafeRawBufferPointer) -> Bytes {
        precondition(payload.count <= self.block.capacity - self.end, "more than was counted")
        if let source = payload.baseAddress {
            (self.block.base + self.end).copyMemory(from: source, byteCount: payload.count)
        }
        defer { self.end += payload.count }
        return Bytes(block: self.block, offset: self.end, count: payload.count)
    }
}
