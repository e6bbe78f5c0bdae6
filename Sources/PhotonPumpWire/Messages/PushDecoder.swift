/// An event that the server has pushed, by whichever message.
package struct PushedRecord: Sendable {
    package var record: ResolvedRecord
    /// Its position in the log, and that of the link if there is one; consumers of persistent subscriptions are not told.
    package var position: (commit: Int64, prepare: Int64)?
    /// How often it was delivered before; servers tell consumers only, and not before 4.1.
    package var retryCount: Int32?

    package init(_ message: StreamEventAppeared) {
        self.record = message.event.record
        self.position = (message.event.commitPosition, message.event.preparePosition)
    }

    package init(_ message: PersistentSubscriptionStreamEventAppeared) {
        self.record = message.event
        self.retryCount = message.retryCount
    }
}

/// Decodes events that are pushed one by one, as cheaply as those of a page: records share blocks, until ``rest()``.
package struct PushDecoder: Sendable {
    private var writer = EventRecordWriter.growing

    package init() {}

    /// Reads a ``StreamEventAppeared`` or ``PersistentSubscriptionStreamEventAppeared``.
    ///
    /// - Returns: nil for any other command.
    package mutating func pushed(_ command: Command, _ payload: Bytes) throws(MalformedMessage) -> PushedRecord? {
        switch command {
        case .streamEventAppeared: PushedRecord(try self.message(StreamEventAppeared.self, payload))
        case .persistentSubscriptionStreamEventAppeared:
            PushedRecord(try self.message(PersistentSubscriptionStreamEventAppeared.self, payload))
        default: nil
        }
    }

    /// No more events come for now: gives back all memory but what the events keep.
    package mutating func rest() { self.writer = EventRecordWriter.growing }

    private mutating func message<Message: PushedMessage>(
        _ type: Message.Type, _ payload: Bytes
    ) throws(MalformedMessage) -> Message {
        let message = payload.withUnsafeBytes { bytes in
            var reader = ProtobufReader(bytes)
            return Message(plain: &reader, &self.writer)
        }
        return if let message { message } else { try Message.unpacked(payload) }
    }
}

/// A message that brings one event.
protocol PushedMessage: SelfDecoding {
    init?(plain reader: inout ProtobufReader, _ writer: inout EventRecordWriter)
}

extension PushedMessage {
    init?(plain reader: inout ProtobufReader) {
        var writer = EventRecordWriter(expecting: 0)
        self.init(plain: &reader, &writer)
    }
}
