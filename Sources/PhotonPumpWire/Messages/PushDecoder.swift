internal import CEventStoreMessages

/// Decodes events that are pushed one by one, as cheaply as those of a page: memory for unpacking is used again from one
/// to the next, and records share blocks, until ``rest()``.
package struct PushDecoder: ~Copyable {
    private var arena = Self.emptyArena
    private var writer = EventRecordWriter.growing

    private static var emptyArena: ProtobufArena { ProtobufArena(firstChunk: 0, limit: 0) }

    package init() {}

    /// Reads a ``StreamEventAppeared``.
    package mutating func appeared(_ payload: Bytes) throws(MalformedMessage) -> PositionedRecord {
        try self.decode(StreamEventAppeared.self, payload) { (message, writer) throws(MalformedMessage) in
            let event = try StreamEventAppeared.required("event", message.pointee.event)
            return try PositionedRecord(event.pointee, &writer)
        }
    }

    /// Reads a ``PersistentSubscriptionStreamEventAppeared``.
    package mutating func appeared(
        toConsumer payload: Bytes
    ) throws(MalformedMessage) -> PersistentSubscriptionStreamEventAppeared {
        typealias Message = PersistentSubscriptionStreamEventAppeared
        return try self.decode(Message.self, payload) { (message, writer) throws(MalformedMessage) in
            let event = try Message.required("event", message.pointee.event)
            return Message(
                event: try ResolvedRecord(event.pointee, &writer),
                retryCount: field(message.pointee.has_retrycount, message.pointee.retrycount))
        }
    }

    /// No more events come for now: gives back all memory but what the events keep.
    package mutating func rest() {
        self.arena = Self.emptyArena
        self.writer = EventRecordWriter.growing
    }

    private mutating func decode<Message: ProtobufMessage, Value>(
        _ type: Message.Type, _ payload: Bytes,
        _ make: (UnsafeMutablePointer<Message.CMessage>, inout EventRecordWriter) throws(MalformedMessage) -> Value
    ) throws(MalformedMessage) -> Value {
        let chunk = Message.decodingChunk(payload.count)
        // A large message is the exception: what it takes is not kept for the others.
        if self.arena.capacity > Self.keptCapacity { self.arena = Self.emptyArena }
        self.arena.reuse(firstChunk: chunk, limit: Message.decodingLimit(payload.count))
        var writer = self.writer
        let decoded = withUnsafeMutablePointer(to: &self.arena) { arena in
            Message.decode(payload, in: arena) { (message) throws(MalformedMessage) in try make(message, &writer) }
        }
        self.writer = writer
        return try decoded.get()
    }

    private static var keptCapacity: Int { 64 << 10 }
}
