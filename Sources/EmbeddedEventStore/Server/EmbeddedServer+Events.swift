public import Foundation
internal import PhotonPumpTransport
internal import PhotonPumpWire

extension EmbeddedServer {
    /// An event that the server has.
    public struct StoredEvent: Sendable, Hashable {
        /// The stream that it was written to.
        public let stream: String
        /// Its number there, counted from 0.
        public let number: Int64
        /// Its id, as chosen by the writer.
        public let id: UUID
        /// Its type.
        public let type: String
        /// Whether the writer declared ``data`` to be JSON.
        public let isJSON: Bool
        /// Its data.
        public let data: Data
        /// Additional information; may be empty.
        public let metadata: Data
        /// When it was written, by the server's clock.
        public let created: Date

        /// Decodes ``data`` from JSON.
        public func decode<T: Decodable>(_ type: T.Type, decoder: JSONDecoder = JSONDecoder()) throws -> T {
            try decoder.decode(type, from: self.data)
        }
    }

    /// Writes an event whose data is `body` as JSON, as a client with all rights would; the server need not be running.
    ///
    /// ```swift
    /// try await server.seed("ponies", type: "PonyJumped", body: jump)
    /// ```
    ///
    /// - Parameters:
    ///   - stream: the stream to write to; the first event creates it.
    ///   - type: the event's type.
    ///   - body: the event's data.
    ///   - metadata: additional information, also encoded as JSON.
    ///   - id: the event's id; a new one if nil.
    ///   - created: when it was written; now if nil. A `$maxAge` counts from there.
    /// - Returns: the event's number.
    /// - Throws: as ``seed(_:type:data:metadata:isJSON:id:created:)``, and any error of the encoder.
    @discardableResult
    public func seed(
        _ stream: String, type: String, body: some Encodable, metadata: (any Encodable)? = nil, id: UUID? = nil,
        created: Date? = nil
    ) throws -> Int64 {
        let encoder = JSONEncoder()
        return try self.seed(
            stream, type: type, data: encoder.encode(body), metadata: metadata.map { try encoder.encode($0) } ?? Data(),
            isJSON: true, id: id, created: created)
    }

    /// Writes an event, as a client with all rights would; the server need not be running.
    ///
    /// - Parameters:
    ///   - stream: the stream to write to; the first event creates it.
    ///   - type: the event's type.
    ///   - data: the event's data.
    ///   - metadata: additional information.
    ///   - isJSON: whether `data` is JSON; this is not checked.
    ///   - id: the event's id; a new one if nil.
    ///   - created: when it was written, to the millisecond; now if nil. A `$maxAge` counts from there.
    /// - Returns: the event's number.
    /// - Throws: ``EmbeddedServerError`` with ``EmbeddedServerError/Code/streamDeleted``, or with
    ///   ``EmbeddedServerError/Code/notWritable`` for what no client could write, and for a time outside the years 1 to 9999.
    @discardableResult
    public func seed(
        _ stream: String, type: String, data: some Collection<UInt8>, metadata: some Collection<UInt8> = Data(),
        isJSON: Bool, id: UUID? = nil, created: Date? = nil
    ) throws(EmbeddedServerError) -> Int64 {
        let time = created?.timeIntervalSince1970
        // The times that a server's messages can tell.
        guard time.map((-62_135_596_800..<253_402_300_800).contains) ?? true else {
            throw EmbeddedServerError(.notWritable, "write a '\(type)' event to '\(stream)': it cannot be of that time")
        }
        let event = ProposedEvent(
            id: id.map { GUID(textOrder: $0.uuid) } ?? self.core.environment.newID(), type: type, isJSON: isJSON,
            data: Bytes(data), metadata: Bytes(metadata))
        let write = WriteEvents(stream: stream, expectedVersion: -2, events: [event], requireMaster: true)
        do throws(MalformedMessage) {
            _ = try LegalChange<WriteEvents>(write.encoded())
        } catch {
            throw EmbeddedServerError(.notWritable, "write a '\(type)' event to '\(stream)': \(error)")
        }
        switch self.core.assumeIsolated({ core in
            core.write([event], to: StreamName(stream), created: time.map { Int64(($0 * 1000).rounded()) })
        }) {
        case .appended(_, let last, _), .repeated(_, let last): return last
        case .streamDeleted, .wrongExpectedVersion:
            throw EmbeddedServerError(.streamDeleted, "write a '\(type)' event to '\(stream)': it has a tombstone")
        }
    }

    /// All events of a stream that a reader would find, in order; none if there is no such stream. Links are not resolved.
    ///
    /// ```swift
    /// #expect(await server.events(in: "ponies").map(\.type) == ["PonyJumped"])
    /// ```
    public func events(in stream: String) -> [StoredEvent] {
        self.core.assumeIsolated { $0.events(of: StreamName(stream)) }
            .map { record in
                StoredEvent(
                    stream: record.stream.text, number: record.number, id: UUID(uuid: record.id.textOrder),
                    type: record.type.text, isJSON: record.isJSON, data: Data(record.data),
                    metadata: Data(record.metadata),
                    created: Date(timeIntervalSince1970: Double(record.createdTicks) / 10_000_000))
            }
    }
}

extension Data {
    fileprivate init(_ bytes: Bytes) {
        self = bytes.withUnsafeBytes { Data($0) }
    }
}
