internal import Foundation

/// What a server tells of a persistent subscription. What it does not tell, as servers of some versions do not, is nil.
public struct PersistentSubscriptionInfo: Sendable, Hashable {
    /// The server's word for what it is at, such as `Live`.
    public let status: String?
    /// Consumers that are connected.
    public let connectionCount: Int?
    /// Events that were delivered and wait for an acknowledgement.
    public let inFlightCount: Int?
    /// Events that were delivered since the server started.
    public let processedCount: Int64?
    /// The number of the last event in the checkpoint.
    public let lastProcessedEventNumber: Int64?
    /// The number of the last event that the server knows in the stream.
    public let lastKnownEventNumber: Int64?
    /// All that the server tells: a JSON object.
    public let json: Payload

    private struct Document: Decodable {
        var status: String?
        var connectionCount: Int?
        var totalInFlightMessages: Int?
        var totalItemsProcessed: Int64?
        var lastProcessedEventNumber: Int64?
        var lastKnownEventNumber: Int64?
    }

    /// - Throws: `DecodingError`.
    init(json bytes: [UInt8]) throws {
        let document = try JSONDecoder().decode(Document.self, from: Data(bytes))
        self.status = document.status
        self.connectionCount = document.connectionCount
        self.inFlightCount = document.totalInFlightMessages
        self.processedCount = document.totalItemsProcessed
        self.lastProcessedEventNumber = document.lastProcessedEventNumber
        self.lastKnownEventNumber = document.lastKnownEventNumber
        self.json = Payload(bytes)
    }
}
