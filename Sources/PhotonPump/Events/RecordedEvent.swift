public import PhotonPumpSystem
internal import PhotonPumpWire

/// An event as the server stores it.
///
/// It is a view of memory shared with the events that were read together with it (blocks of at most 32 KiB): passing it
/// around is cheap, and properties are created when you access them.
public struct RecordedEvent: Sendable {
    let record: EventRecord

    /// The stream that it was written to.
    public var stream: String { self.record.stream.text }
    /// Its number in ``stream``, counted from 0.
    public var number: Int64 { self.record.number }
    /// Its id, as chosen by the writer.
    public var id: UUID { UUID(uuid: self.record.id.textOrder) }
    /// Its type, as chosen by the writer.
    public var type: String { self.record.type.text }
    /// Whether the writer declared ``data`` to be JSON.
    public var isJSON: Bool { self.record.isJSON }
    /// The event's data.
    public var data: Payload { Payload(self.record.data) }
    /// Additional information; may be empty.
    public var metadata: Payload { Payload(self.record.metadata) }
    /// When the server wrote it.
    public var created: Date { Date(timeIntervalSince1970: Double(self.record.createdTicks) / 10_000_000) }

    /// Decodes ``data`` from JSON.
    ///
    /// - Throws: ``PhotonPumpError`` with code ``PhotonPumpError/Code/undecodableEvent``, naming the event, with the
    ///   decoder's error as ``PhotonPumpError/underlying``.
    public func decode<T: Decodable>(_ type: T.Type, decoder: JSONDecoder = JSONDecoder()) throws -> T {
        try self.decode(type, from: self.data, "data", decoder)
    }

    /// Decodes ``metadata`` from JSON.
    ///
    /// - Throws: as ``decode(_:decoder:)``.
    public func decodeMetadata<T: Decodable>(_ type: T.Type, decoder: JSONDecoder = JSONDecoder()) throws -> T {
        try self.decode(type, from: self.metadata, "metadata", decoder)
    }

    private func decode<T: Decodable>(
        _ type: T.Type, from payload: Payload, _ part: String, _ decoder: JSONDecoder
    ) throws -> T {
        do {
            return try decoder.decode(type, from: Data(payload))
        } catch {
            throw self.undecodable("the \(part)", as: type, error)
        }
    }

    /// - Parameter part: what cannot be decoded.
    func undecodable(_ part: String, as type: Any.Type, _ error: any Error) -> PhotonPumpError {
        PhotonPumpError(
            .undecodableEvent,
            "\(part) of event \(self.number) of '\(self.stream)' (type '\(self.type)') cannot be decoded as \(type)",
            stream: self.stream,
            eventNumber: self.number,
            underlying: error
        )
    }
}

extension RecordedEvent: Hashable {
    /// Events are equal if everything recorded about them is.
    public static func == (a: RecordedEvent, b: RecordedEvent) -> Bool {
        a.number == b.number && a.record.id == b.record.id && a.record.stream == b.record.stream
            && a.record.type == b.record.type && a.isJSON == b.isJSON && a.record.createdTicks == b.record.createdTicks
            && a.record.data == b.record.data && a.record.metadata == b.record.metadata
    }

    /// Hashes what distinguishes events: their ids and positions.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(self.record.id)
        hasher.combine(self.number)
    }
}
