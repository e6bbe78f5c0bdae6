internal import PhotonPumpSystem

/// What a server reports about a persistent subscription. Values that it does not report, which depends on its version,
/// are nil.
public struct PersistentSubscriptionInfo: Sendable, Hashable {
    /// The server's word for its state, such as `Live`.
    public let status: String?
    /// The number of connected consumers.
    public let connectionCount: Int?
    /// The number of events that have been delivered and not acknowledged.
    public let inFlightCount: Int?
    /// The number of events delivered since the server started.
    public let processedCount: Int64?
    /// The number of the last event that the checkpoint covers.
    public let lastProcessedEventNumber: Int64?
    /// The number of the stream's last event known to the server.
    public let lastKnownEventNumber: Int64?
    /// The complete report, a JSON object.
    public let json: Payload

    private struct Connection: Decodable {}

    private struct Document: Decodable {
        var status: String?
        /// In a summary.
        var connectionCount: Int?
        /// In a full report.
        var connections: [Connection]?
        var totalInFlightMessages: Int?
        var totalItemsProcessed: Int64?
        var lastProcessedEventNumber: Int64?
        var lastKnownEventNumber: Int64?
    }

    /// - Throws: `DecodingError`.
    init(json bytes: [UInt8]) throws {
        let document = try JSONDecoder().decode(Document.self, from: Data(bytes))
        self.status = document.status
        self.connectionCount = document.connectionCount ?? document.connections?.count
        self.inFlightCount = document.totalInFlightMessages
        self.processedCount = document.totalItemsProcessed
        self.lastProcessedEventNumber = document.lastProcessedEventNumber
        self.lastKnownEventNumber = document.lastKnownEventNumber
        self.json = Payload(bytes)
    }
}
