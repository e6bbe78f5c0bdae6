public import PhotonPumpSystem
internal import PhotonPumpWire

/// An event as it was found in a stream: itself, or through a link to it.
///
/// The original event is in ``event``. What the stream that was read contains is in ``received``; positions and
/// checkpoints refer to that. Shortcuts such as ``type`` and ``data`` are those of ``event``, or of the link if the
/// event it points to is gone.
public struct ResolvedEvent: Sendable, Hashable {
    /// Events are passed around by the million: each is kept once.
    enum Found: Hashable {
        case event(RecordedEvent)
        case link(RecordedEvent, to: RecordedEvent?)
    }

    let found: Found
    /// The event; nil if it was found through a link whose target was deleted or truncated.
    public var event: RecordedEvent? {
        switch self.found {
        case .event(let event): event
        case .link(_, let event): event
        }
    }
    /// The link that led to the event, if links were resolved and there was one.
    public var link: RecordedEvent? {
        if case .link(let link, _) = self.found { link } else { nil }
    }
    /// What the stream that was read contains: the link if there is one, otherwise the event.
    public var received: RecordedEvent {
        switch self.found {
        case .event(let event): event
        case .link(let link, _): link
        }
    }
    /// The position of ``received`` in the log. It is always set in reads of `$all` and subscriptions to it. For a
    /// single stream, servers report it only with the events that a subscription receives as they are written;
    /// otherwise it is nil.
    public let position: Position?

    /// - Returns: nil if there is neither an event nor a link.
    init?(_ record: ResolvedRecord, at position: Position? = nil) {
        if let link = record.link {
            self.found = .link(RecordedEvent(record: link), to: record.event.map(RecordedEvent.init(record:)))
        } else if let event = record.event {
            self.found = .event(RecordedEvent(record: event))
        } else {
            return nil
        }
        self.position = position
    }

    init?(_ record: PositionedRecord) {
        self.init(record.record, at: Position(commit: record.commitPosition, prepare: record.preparePosition))
    }

    /// ``event``, or the link if the event is gone.
    private var recorded: RecordedEvent { self.event ?? self.received }

    /// The stream that the event was written to.
    public var stream: String { self.recorded.stream }
    /// The event's number in ``stream``. For its number in the stream that was read, see ``received``.
    public var number: Int64 { self.recorded.number }
    /// The event's id.
    public var id: UUID { self.recorded.id }
    /// The event's type.
    public var type: String { self.recorded.type }
    /// Whether the writer declared ``data`` to be JSON.
    public var isJSON: Bool { self.recorded.isJSON }
    /// The event's data.
    public var data: Payload { self.recorded.data }
    /// The event's metadata.
    public var metadata: Payload { self.recorded.metadata }
    /// When the server wrote the event.
    public var created: Date { self.recorded.created }

    /// Decodes the event's data from JSON.
    ///
    /// - Throws: ``PhotonPumpError`` with ``PhotonPumpError/Code/undecodableEvent``, or with
    ///   ``PhotonPumpError/Code/linkTargetMissing`` if there is a link but no event.
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
        throw self.missingTarget
    }

    var missingTarget: PhotonPumpError {
        PhotonPumpError(
            .linkTargetMissing,
            "event \(self.received.number) of '\(self.received.stream)' links to '\(self.received.data.text)', which is gone",
            stream: self.received.stream,
            eventNumber: self.received.number
        )
    }
}
