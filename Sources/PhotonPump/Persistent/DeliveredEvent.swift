public import Foundation
internal import PhotonPumpWire

/// An event that a persistent subscription has delivered, to be acknowledged or refused.
///
/// It has all the properties of the ``ResolvedEvent`` that it is a delivery of: `delivered.type`, `delivered.data`,
/// `delivered.link`, ….
@dynamicMemberLookup
public struct DeliveredEvent: Sendable, Hashable {
    /// The event, found by itself or through a link.
    public let resolved: ResolvedEvent
    /// How often the server had delivered it before: 0 the first time. It counts refusals and timeouts, and begins again
    /// at 1 when a consumer has gone. Servers before 4.1 do not tell; it is 0 then.
    public let retryCount: Int
    /// The connection that it came by.
    let connection: GUID
    /// Its place among the events in flight.
    let slot: Int
    /// How often it was pushed since it has that place.
    let pushCount: Int

    /// What acknowledgements are made out to: the link where there is one.
    var acknowledgedID: GUID { self.resolved.received.record.id }

    /// A property of ``resolved``.
    public subscript<Value>(dynamicMember keyPath: KeyPath<ResolvedEvent, Value>) -> Value {
        self.resolved[keyPath: keyPath]
    }

    /// Decodes the event's data from JSON.
    ///
    /// - Throws: as ``ResolvedEvent/decode(_:decoder:)``.
    public func decode<T: Decodable>(_ type: T.Type, decoder: JSONDecoder = JSONDecoder()) throws -> T {
        try self.resolved.decode(type, decoder: decoder)
    }

    /// Decodes the event's metadata from JSON.
    ///
    /// - Throws: as ``ResolvedEvent/decodeMetadata(_:decoder:)``.
    public func decodeMetadata<T: Decodable>(_ type: T.Type, decoder: JSONDecoder = JSONDecoder()) throws -> T {
        try self.resolved.decodeMetadata(type, decoder: decoder)
    }
}

extension GUID {
    var uuid: UUID { UUID(uuid: self.textOrder) }
}
