public import Foundation
internal import PhotonPumpWire

/// An event to be written.
///
/// Its ``id`` is what makes writing idempotent: the server recognises an event it has just written by its id, so a
/// write that is repeated with the same events succeeds without writing them again.
public struct NewEvent: Sendable, Hashable {
    /// Identifies the event; a new one unless given.
    public var id: UUID
    /// The event's type, not empty. Names that begin with `$` are the server's own.
    public var type: String
    /// Whether ``data`` is JSON, which projections and the server's user interface want to know.
    public var isJSON: Bool
    /// What happened.
    public var data: Payload
    /// What is to be known besides, such as causation and correlation; empty if there is nothing.
    public var metadata: Payload

    /// An event of bytes as they are.
    ///
    /// - Parameters:
    ///   - id: a new one if nil.
    ///   - type: what kind of event it is.
    ///   - data: what happened.
    ///   - metadata: what is to be known besides.
    ///   - isJSON: whether `data` is JSON; it is not checked.
    public init(
        id: UUID? = nil,
        type: String,
        data: some Collection<UInt8>,
        metadata: some Collection<UInt8> = Payload(),
        isJSON: Bool
    ) {
        self.id = id ?? .random()
        self.type = type
        self.isJSON = isJSON
        self.data = data as? Payload ?? Payload(data)
        self.metadata = metadata as? Payload ?? Payload(metadata)
    }

    /// An event whose data, and metadata if there is any, are values as JSON.
    ///
    /// - Throws: what `encoder` throws when one of them cannot be encoded.
    public init(
        id: UUID? = nil,
        type: String,
        body: some Encodable,
        metadata: (any Encodable)? = nil,
        encoder: JSONEncoder = JSONEncoder()
    ) throws {
        self.init(
            id: id,
            type: type,
            data: try encoder.encode(body),
            metadata: try metadata.map { try encoder.encode($0) } ?? Data(),
            isJSON: true
        )
    }
}

extension NewEvent {
    /// An event that is a link: readers that resolve links get the event it points to instead.
    ///
    /// - Parameters:
    ///   - number: the number of the event to point to.
    ///   - stream: the stream of the event to point to; may hold any character.
    ///   - metadata: what is to be known of the link.
    ///   - id: a new one if nil.
    public static func link(
        to number: Int64,
        in stream: String,
        metadata: some Collection<UInt8> = Payload(),
        id: UUID? = nil
    ) -> NewEvent {
        NewEvent(id: id, type: "$>", data: Payload("\(number)@\(stream)"), metadata: metadata, isJSON: false)
    }
}

extension UUID {
    /// A random UUID (version 4). On Linux, `UUID()` opens and closes a file for each.
    fileprivate static func random() -> UUID {
        let (first, second) = (UInt64.random(in: 0 ... .max), UInt64.random(in: 0 ... .max))
        var bytes = GUID(first, second).textOrder
        bytes.6 = bytes.6 & 0x0F | 0x40
        bytes.8 = bytes.8 & 0x3F | 0x80
        return UUID(uuid: bytes)
    }
}

extension NewEvent {
    var proposed: ProposedEvent {
        ProposedEvent(
            id: GUID(textOrder: self.id.uuid),
            type: self.type,
            isJSON: self.isJSON,
            data: self.data.bytes,
            metadata: self.metadata.bytes
        )
    }
}
