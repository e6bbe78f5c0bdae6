public import PhotonPumpSystem
internal import PhotonPumpTransport
internal import PhotonPumpWire

/// An event to be written.
///
/// Its ``id`` makes writes repeatable: the server recognises an event by its id, so repeating a write with the same
/// events succeeds without writing them again. How long it does so depends on the expected version; see
/// ``Client/publish(_:to:expecting:options:)``.
public struct NewEvent: Sendable, Hashable {
    /// As it is sent: a write takes its events as they are.
    private(set) var proposed: ProposedEvent

    /// Identifies the event; a new one unless given.
    public var id: UUID {
        get { self.proposed.id.uuid }
        set { self.proposed.id = GUID(textOrder: newValue.uuid) }
    }
    /// The event's type, not empty. Names that begin with `$` are reserved for the server.
    public var type: String {
        get { self.proposed.type }
        set { self.proposed.type = newValue }
    }
    /// Whether ``data`` is JSON. Projections and the server's user interface need to know.
    public var isJSON: Bool {
        get { self.proposed.isJSON }
        set { self.proposed.isJSON = newValue }
    }
    /// The event's data.
    public var data: Payload {
        get { Payload(self.proposed.data) }
        set { self.proposed.data = newValue.bytes }
    }
    /// Additional information, such as causation and correlation; may be empty.
    public var metadata: Payload {
        get { Payload(self.proposed.metadata ?? Bytes()) }
        set { self.proposed.metadata = newValue.bytes }
    }

    /// Creates an event from bytes, existing JSON, or a string literal.
    ///
    /// - Parameters:
    ///   - id: a new one if nil.
    ///   - type: the event's type.
    ///   - data: the event's data; `Payload(text)` makes it from a `String`.
    ///   - metadata: additional information.
    ///   - isJSON: whether `data` is JSON; this is not checked.
    public init(id: UUID? = nil, type: String, data: Payload, metadata: Payload = Payload(), isJSON: Bool) {
        self.proposed = ProposedEvent(
            id: id.map { GUID(textOrder: $0.uuid) } ?? .random(), type: type, isJSON: isJSON, data: data.bytes,
            metadata: metadata.bytes)
    }

    /// Creates an event from bytes, as ``init(id:type:data:metadata:isJSON:)-(_,_,Payload,_,_)`` does.
    public init(
        id: UUID? = nil,
        type: String,
        data: some Collection<UInt8>,
        metadata: some Collection<UInt8> = Payload(),
        isJSON: Bool
    ) {
        self.init(
            id: id,
            type: type,
            data: data as? Payload ?? Payload(data),
            metadata: metadata as? Payload ?? Payload(metadata),
            isJSON: isJSON
        )
    }

    /// Creates an event whose data, and metadata if given, are values encoded as JSON.
    ///
    /// - Parameters:
    ///   - id: a new one if nil.
    ///   - type: the event's type.
    ///   - body: the event's data.
    ///   - metadata: additional information.
    ///   - encoder: encodes `body`.
    ///   - metadataEncoder: encodes `metadata`. It is another one, because a strategy for the names of your properties
    ///     would also change those that the server knows, such as `$correlationId`.
    /// - Throws: any error of the encoders; ``PhotonPumpError/Code/invalidArgument`` for bytes and text, which belong in
    ///   `data`: as values of JSON they would become Base64, a list of numbers, or text in quotes.
    public init(
        id: UUID? = nil,
        type: String,
        body: some Encodable,
        metadata: (any Encodable)? = nil,
        encoder: JSONEncoder = JSONEncoder(),
        metadataEncoder: JSONEncoder = JSONEncoder()
    ) throws {
        self.init(
            id: id,
            type: type,
            data: try body.asJSON("body", of: type, encoder),
            metadata: try metadata?.asJSON("metadata", of: type, metadataEncoder) ?? Payload(),
            isJSON: true
        )
    }
}

extension Encodable {
    fileprivate func asJSON(_ part: String, of type: String, _ encoder: JSONEncoder) throws -> Payload {
        if self is Data || self is [UInt8] || self is String {
            throw PhotonPumpError(
                .invalidArgument,
                """
                the \(part) of a '\(type)' event is given as \(Self.self), which is not encoded again: create the event \
                with its bytes instead, as in NewEvent(type:data:metadata:isJSON:)
                """)
        }
        return Payload(try encoder.encode(self))
    }
}

extension NewEvent {
    static let linkType = "$>"

    /// Creates a link: readers that resolve links get the event that it points to instead.
    ///
    /// - Parameters:
    ///   - number: the number of the event to point to.
    ///   - stream: the stream of the event to point to; may contain any character.
    ///   - metadata: additional information about the link.
    ///   - id: a new one if nil.
    public static func link(
        to number: Int64,
        in stream: String,
        metadata: some Collection<UInt8> = Payload(),
        id: UUID? = nil
    ) -> NewEvent {
        NewEvent(id: id, type: Self.linkType, data: Payload("\(number)@\(stream)"), metadata: metadata, isJSON: false)
    }
}

extension GUID {
    /// That of a random UUID (version 4). On Linux, `UUID()` opens and closes a file for each.
    fileprivate static func random() -> GUID {
        let (first, second) = SystemRandomness.pair()
        var bytes = GUID(first, second).textOrder
        bytes.6 = bytes.6 & 0x0F | 0x40
        bytes.8 = bytes.8 & 0x3F | 0x80
        return GUID(textOrder: bytes)
    }
}
