public import PhotonPumpSystem

/// Which events a program knows: the names of their types, and how each becomes a value of `Event`, which is an enum of
/// your own, as a rule.
///
/// ```swift
/// enum PonyEvent {
///     case jumped(PonyJumped)
///     case rested(PonyRested)
///
///     static let types = EventTypes<PonyEvent>()
///         .adding("PonyJumped", jumped)
///         .adding("PonyRested", rested)
/// }
/// ```
/// `event.decoded(by: PonyEvent.types)` then decodes any event, however it was read, and `PonyEvent.types.newEvent(jump)`
/// creates one whose type has the right name. See <doc:TypedEvents>.
public struct EventTypes<Event>: Sendable {
    /// One way to read the events with a certain name.
    private struct Reader: Sendable {
        /// Whether it is meant for an event; nil if it is for all of them.
        let condition: (@Sendable (RecordedEvent) -> Bool)?
        let read: @Sendable (RecordedEvent, JSONDecoder) throws -> Event
    }

    private let encoder: JSONEncoder
    private let decoder: JSONDecoder
    private let metadataEncoder: JSONEncoder
    private var names: [ObjectIdentifier: String] = [:]
    /// By the name of the type; those with a condition come first.
    private var readers: [String: [Reader]] = [:]

    /// Knows no events yet.
    ///
    /// - Parameters:
    ///   - encoder: encodes the data of new events.
    ///   - decoder: decodes the data of events.
    ///   - metadataEncoder: encodes the metadata of new events.
    public init(
        encoder: JSONEncoder = JSONEncoder(), decoder: JSONDecoder = JSONDecoder(),
        metadataEncoder: JSONEncoder = JSONEncoder()
    ) {
        self.encoder = encoder
        self.decoder = decoder
        self.metadataEncoder = metadataEncoder
    }

    /// The same, and the events that have this type: it is their name when they are read, and when a `Body` is written.
    ///
    /// - Parameters:
    ///   - type: the event type. If it is known already, this replaces what was known.
    ///   - event: makes the event from its data; for an enum, the case is all it takes.
    public func adding<Body: Codable & SendableMetatype>(
        _ type: String, _ event: @escaping @Sendable (Body) throws -> Event
    ) -> EventTypes {
        var types = self.upcasting(type, event)
        types.names[ObjectIdentifier(Body.self)] = type
        return types
    }

    /// The same, and the events that earlier versions of the program have written: they are read, and not written any
    /// more.
    ///
    /// - Parameters:
    ///   - type: the event type that they have. Where old and new events share it, give a condition.
    ///   - condition: whether this is the way to read an event of that type, as its metadata or its age may tell. Without
    ///     a condition it is for all those that no other condition is true of.
    ///   - event: makes the present event from the data of the old one.
    public func upcasting<Body: Decodable & SendableMetatype>(
        _ type: String,
        where condition: (@Sendable (RecordedEvent) -> Bool)? = nil,
        _ event: @escaping @Sendable (Body) throws -> Event
    ) -> EventTypes {
        let reader = Reader(condition: condition) { try event($0.decode(Body.self, decoder: $1)) }
        var types = self
        let conditional = types.readers[type, default: []].filter { $0.condition != nil }
        let general = types.readers[type, default: []].filter { $0.condition == nil }
        types.readers[type] = condition == nil ? conditional + [reader] : conditional + [reader] + general
        return types
    }

    /// An event to be written, with the type that belongs to the Swift type of `body`.
    ///
    /// - Parameters:
    ///   - body: the event's data; of a type that was added with ``adding(_:_:)``.
    ///   - metadata: additional information.
    ///   - id: a new one if nil.
    /// - Throws: ``PhotonPumpError/Code/invalidArgument`` if the type of `body` was not added, and any error of the
    ///   encoders.
    public func newEvent(
        _ body: some Encodable, metadata: (any Encodable)? = nil, id: UUID? = nil
    ) throws -> NewEvent {
        guard let name = self.names[ObjectIdentifier(type(of: body))] else {
            let known = self.names.values.sorted().map { "'\($0)'" }.joined(separator: ", ")
            throw PhotonPumpError(
                .invalidArgument, "\(type(of: body)) was not added to these event types (there are \(known))")
        }
        return try NewEvent(
            id: id, type: name, body: body, metadata: metadata, encoder: self.encoder,
            metadataEncoder: self.metadataEncoder)
    }

    func decode(_ event: RecordedEvent) -> DecodedEvent<Event> {
        let reader = self.readers[event.type]?.first { $0.condition?(event) ?? true }
        guard let reader else { return .unknown(event) }
        do {
            return .event(try reader.read(event, self.decoder))
        } catch let error as PhotonPumpError where error.code == .undecodableEvent {
            return .undecodable(event, error)
        } catch {
            return .undecodable(event, event.undecodable("the data", as: Event.self, error))
        }
    }
}

/// What an event is to a program that knows certain ``EventTypes``.
public enum DecodedEvent<Event> {
    /// One that it knows.
    case event(Event)
    /// One of a type that it does not know, as it was recorded.
    case unknown(RecordedEvent)
    /// One of a type that it knows, but whose data it cannot read, as it was recorded; with the reason, whose code is
    /// ``PhotonPumpError/Code/undecodableEvent``. Or a link that was not resolved, or whose target is gone, with
    /// ``PhotonPumpError/Code/linkTargetMissing``.
    case undecodable(RecordedEvent, PhotonPumpError)

    /// The event; nil if its type is unknown.
    ///
    /// - Throws: the reason why it cannot be decoded.
    public func get() throws(PhotonPumpError) -> Event? {
        switch self {
        case .event(let event): event
        case .unknown: nil
        case .undecodable(_, let reason): throw reason
        }
    }
}

extension DecodedEvent: Sendable where Event: Sendable {}

extension RecordedEvent {
    /// The event as these types have it. Never throws, so that one event cannot end the reading of all.
    public func decoded<Event>(by types: EventTypes<Event>) -> DecodedEvent<Event> { types.decode(self) }
}

extension ResolvedEvent {
    /// The event as these types have it. Never throws, so that one event cannot end the reading of all.
    ///
    /// A link that was read from a stream without `resolveLinks` is undecodable, because whoever reads the links of a
    /// category means the events. (In `$all`, and where it is received as it is written, it is an event among others.)
    public func decoded<Event>(by types: EventTypes<Event>) -> DecodedEvent<Event> {
        guard let event else { return .undecodable(self.received, self.missingTarget) }
        if self.isUnresolved { return .undecodable(event, self.unresolvedLink) }
        return event.decoded(by: types)
    }

    private var isUnresolved: Bool { self.link == nil && self.position == nil && self.received.type == "$>" }

    private var unresolvedLink: PhotonPumpError {
        PhotonPumpError(
            .undecodableEvent,
            """
            event \(self.received.number) of '\(self.received.stream)' is a link to '\(self.received.data.text)', as it was \
            read without resolveLinks
            """, stream: self.received.stream, eventNumber: self.received.number)
    }
}

extension Sequence<ResolvedEvent> {
    /// The events as these types have them, without those of unknown types.
    ///
    /// - Throws: the reason why one cannot be decoded.
    public func decoded<Event>(by types: EventTypes<Event>) throws(PhotonPumpError) -> [Event] {
        var events: [Event] = []
        for event in self {
            if let event = try event.decoded(by: types).get() { events.append(event) }
        }
        return events
    }
}

extension DeliveredEvent {
    /// The event as these types have it. Never throws, so that one event cannot end the work on all.
    public func decoded<Event>(by types: EventTypes<Event>) -> DecodedEvent<Event> { self.resolved.decoded(by: types) }
}
