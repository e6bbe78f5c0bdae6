public import PhotonPumpSystem

extension NewEvent {
    /// This event as one that another has caused: its metadata says so to people, to tools and to the server's
    /// `$by_correlation_id` projection.
    ///
    /// ```swift
    /// let alarm = try NewEvent(
    ///     type: "PonyMissing", body: missing
    /// ).caused(by: event)
    /// ```
    /// `$causationId` is the id of the cause. `$correlationId`, which all events of one chain share, is that of the cause
    /// or, if the cause has none and so begins the chain, its id. Keys that the metadata has already stay as they are,
    /// and so does everything else in it.
    ///
    /// - Throws: ``PhotonPumpError/Code/invalidArgument`` if the metadata is neither empty nor a JSON object.
    public func caused(by cause: RecordedEvent) throws(PhotonPumpError) -> NewEvent {
        let id = cause.id.uuidString.lowercased()
        return try self.adding([
            (EventOrigin.correlationKey, cause.correlationID ?? id), (EventOrigin.causationKey, id),
        ])
    }

    /// This event as one that another has caused, as ``caused(by:)-(RecordedEvent)`` says.
    public func caused(by cause: ResolvedEvent) throws(PhotonPumpError) -> NewEvent {
        try self.caused(by: cause.event ?? cause.received)
    }

    /// This event as one that another has caused, as ``caused(by:)-(RecordedEvent)`` says.
    public func caused(by cause: DeliveredEvent) throws(PhotonPumpError) -> NewEvent {
        try self.caused(by: cause.resolved)
    }

    /// This event as one that belongs to a chain of events, the first one, say: with a `$correlationId`, unless its
    /// metadata has one.
    ///
    /// - Parameter id: what all events of the chain share, such as the id of the request that began it.
    /// - Throws: ``PhotonPumpError/Code/invalidArgument`` if the metadata is neither empty nor a JSON object.
    public func correlated(with id: String) throws(PhotonPumpError) -> NewEvent {
        try self.adding([(EventOrigin.correlationKey, id)])
    }

    private func adding(_ members: [(key: String, value: String)]) throws(PhotonPumpError) -> NewEvent {
        guard let metadata = self.metadata.adding(members) else {
            throw PhotonPumpError(
                .invalidArgument,
                "the metadata of a '\(self.type)' event is not a JSON object, so it cannot say what caused the event")
        }
        var event = self
        event.metadata = metadata
        return event
    }
}

extension RecordedEvent {
    /// What this event has in common with all those of its chain: `$correlationId` of ``metadata``; nil if there is none.
    /// The metadata is decoded each time.
    public var correlationID: String? { EventOrigin(self.metadata)?.correlationID }
    /// The id of the event that caused this one: `$causationId` of ``metadata``; nil if there is none, or it is no UUID.
    /// The metadata is decoded each time.
    public var causationID: UUID? { (EventOrigin(self.metadata)?.causationID).flatMap { UUID(uuidString: $0) } }
}

extension ResolvedEvent {
    /// What the event has in common with all those of its chain; see ``RecordedEvent/correlationID``.
    public var correlationID: String? { self.event?.correlationID }
    /// The id of the event that caused the event; see ``RecordedEvent/causationID``.
    public var causationID: UUID? { self.event?.causationID }
}

/// What metadata says of where an event comes from.
private struct EventOrigin: Decodable {
    static let correlationKey = "$correlationId"
    static let causationKey = "$causationId"

    let correlationID: String?
    let causationID: String?

    private enum CodingKeys: String, CodingKey {
        case correlationID = "$correlationId"
        case causationID = "$causationId"
    }

    /// What is not a text says nothing, and neither does metadata that is not a JSON object.
    init?(_ metadata: Payload) {
        guard !metadata.isEmpty, let origin = try? JSONDecoder().decode(Self.self, from: Data(metadata)) else {
            return nil
        }
        self = origin
    }

    init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        self.correlationID = try? members.decode(String.self, forKey: .correlationID)
        self.causationID = try? members.decode(String.self, forKey: .causationID)
    }
}
