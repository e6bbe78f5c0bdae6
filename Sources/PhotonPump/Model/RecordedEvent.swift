public import Foundation
internal import PhotonPumpWire

/// An event as the server keeps it.
///
/// It is a view of memory that it shares with events read together with it (blocks of at most 32 KiB): passing it
/// around is cheap, and its properties are made when they are asked for.
public struct RecordedEvent: Sendable {
    let record: EventRecord

    /// The stream it was written to.
    public var stream: String { self.record.stream.text }
    /// Its place in ``stream``, counted from 0.
    public var number: Int64 { self.record.number }
    /// Its id, as its writer chose it.
    public var id: UUID { UUID(uuid: self.record.id.textOrder) }
    /// Its type, as its writer chose it.
    public var type: String { self.record.type.text }
    /// Whether its writer called ``data`` JSON.
    public var isJSON: Bool { self.record.isJSON }
    /// What happened.
    public var data: Payload { Payload(self.record.data) }
    /// What was recorded besides; empty if there was nothing.
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
            throw PhotonPumpError(
                .undecodableEvent,
                "the \(part) of event \(self.number) of '\(self.stream)' (type '\(self.type)') is no \(type)",
                stream: self.stream,
                eventNumber: self.number,
                underlying: error
            )
        }
    }
}

extension RecordedEvent: Hashable {
    /// Events are equal when everything recorded of them is.
    public static func == (a: RecordedEvent, b: RecordedEvent) -> Bool {
        a.number == b.number && a.record.id == b.record.id && a.record.stream == b.record.stream
            && a.record.type == b.record.type && a.isJSON == b.isJSON && a.record.createdTicks == b.record.createdTicks
            && a.record.data == b.record.data && a.record.metadata == b.record.metadata
    }

    /// Hashes what tells events apart: their ids and places.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(self.record.id)
        hasher.combine(self.number)
    }
}
