public import Foundation
internal import PhotonPumpWire

/// An event as it was found in a stream: by itself, or through a link to it.
///
/// What happened is in ``event``; where it was found is in ``received``, and that is what positions follow. The
/// properties that an event has too (``type``, ``data``, …) are those of ``event``, or of the link when the event it
/// points to is gone.
public struct ResolvedEvent: Sendable, Hashable {
    /// The event; nil when it was found through a link whose target is deleted or truncated.
    public let event: RecordedEvent?
    /// The link through which the event was found, if links were resolved and there was one.
    public let link: RecordedEvent?
    /// What is in the stream that was read: the link where there is one, else the event.
    public let received: RecordedEvent
    /// The place of ``received`` in the log; nil for reads of a single stream, which do not tell it.
    public let position: Position?

    /// - Returns: nil when there is neither an event nor a link.
    init?(_ record: ResolvedRecord, at position: Position? = nil) {
        guard let received = record.link ?? record.event else { return nil }
        self.event = record.event.map(RecordedEvent.init(record:))
        self.link = record.link.map(RecordedEvent.init(record:))
        self.received = RecordedEvent(record: received)
        self.position = position
    }

    init?(_ record: PositionedRecord) {
        self.init(record.record, at: Position(commit: record.commitPosition, prepare: record.preparePosition))
    }

    /// ``event``, or the link when the event is gone.
    private var recorded: RecordedEvent { self.event ?? self.received }

    /// The stream the event was written to.
    public var stream: String { self.recorded.stream }
    /// The event's place in ``stream``. For the place in the stream that was read see ``received``.
    public var number: Int64 { self.recorded.number }
    /// The event's id.
    public var id: UUID { self.recorded.id }
    /// The event's type.
    public var type: String { self.recorded.type }
    /// Whether the event's writer called ``data`` JSON.
    public var isJSON: Bool { self.recorded.isJSON }
    /// The event's data.
    public var data: Payload { self.recorded.data }
    /// The event's metadata.
    public var metadata: Payload { self.recorded.metadata }
    /// When the server wrote the event.
    public var created: Date { self.recorded.created }

    /// Decodes the event's data from JSON.
    ///
    /// - Throws: ``PhotonPumpError`` with code ``PhotonPumpError/Code/undecodableEvent``, or
    ///   ``PhotonPumpError/Code/linkTargetMissing`` when there is a link but no event.
    public func decode<T: Decodable>(_ type: T.Type, decoder: JSONDecoder = JSONDecoder()) throws -> T {
        try self.existingEvent().decode(type, decoder: decoder)
    }

    /// Decodes the event's metadata from JSON.
    ///
    /// - Throws: as ``decode(_:decoder:)``.
    public func decodeMetadata<T: Decodable>(_ type: T.Type, decoder: JSONDecoder = JSONDecoder()) throws -> T {
        try self.existingEvent().decodeMetadata(type, decoder: decoder)
    }

    private func existingEvent() throws -> RecordedEvent {
        if let event { return event }
        throw PhotonPumpError(
            .linkTargetMissing,
            "event \(self.received.number) of '\(self.received.stream)' links to '\(self.received.data.text)', which is gone",
            stream: self.received.stream,
            eventNumber: self.received.number
        )
    }
}
