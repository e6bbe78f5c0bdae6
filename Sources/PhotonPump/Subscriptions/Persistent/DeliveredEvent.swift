public import PhotonPumpSystem
internal import PhotonPumpWire

/// An event delivered by a persistent subscription, to be acknowledged or refused.
///
/// It has all the properties of the ``ResolvedEvent`` that was delivered: `delivered.type`, `delivered.data`,
/// `delivered.link`, ….
@dynamicMemberLookup
public struct DeliveredEvent: Sendable, Hashable {
    /// The event, found directly or through a link.
    public let resolved: ResolvedEvent
    /// How often the server had delivered the event before: 0 the first time. It counts refusals and timeouts, and
    /// starts again at 1 when a consumer has disconnected. Servers before 4.1 do not report it; it is 0 then.
    public let retryCount: Int
    /// The connection that delivered it.
    let connection: GUID
    /// Its slot among the events in flight.
    let slot: Int
    /// How often it has been pushed since it took that slot.
    let pushCount: Int

    /// The id to acknowledge: that of the link, if there is one.
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
