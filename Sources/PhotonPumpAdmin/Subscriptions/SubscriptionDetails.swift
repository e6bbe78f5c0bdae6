public import PhotonPump
internal import PhotonPumpSystem

/// What a server reports about a persistent subscription. Values that it does not report, which depends on its version and
/// on whether this comes from a list, are nil.
public struct SubscriptionDetails: Sendable, Hashable {
    /// Its name.
    public let group: String
    /// The stream whose events it delivers.
    public let stream: String
    /// The server's word for its state, such as `Live`.
    public let status: String
    /// The number of connected consumers.
    public let connectionCount: Int
    /// The consumers; nil in a list.
    public let connections: [Connection]?
    /// The settings; nil in a list.
    public let settings: PersistentSubscriptionSettings?
    /// The number of events that have been delivered and not acknowledged.
    public let inFlightCount: Int?
    /// The number of events delivered since the server started.
    public let processedCount: Int64?
    /// The number of events delivered, in the last seconds.
    public let averagePerSecond: Double?
    /// The number of the last event that the checkpoint covers; nil for none.
    public let lastProcessedEventNumber: Int64?
    /// The number of the stream's last event known to the server; nil for none.
    public let lastKnownEventNumber: Int64?
    /// The number of events in the server's buffer for the stream's past.
    public let readBufferCount: Int?
    /// The number of events in the server's buffer for new ones.
    public let liveBufferCount: Int?
    /// The number of events that are to be delivered again.
    public let retryBufferCount: Int?
    /// The number of events that the server waits for an acknowledgement of.
    public let outstandingCount: Int?
    /// The number of parked events; servers tell from 21.x on.
    public let parkedCount: Int64?

    /// A consumer.
    public struct Connection: Sendable, Hashable, Decodable {
        /// Its address.
        public let from: String
        /// The user it is connected as.
        public let username: String?
        /// The number of events delivered to it, in the last seconds.
        public let averageItemsPerSecond: Double?
        /// The number of events delivered to it.
        public let totalItemsProcessed: Int64?
        /// How many more events it would take now.
        public let availableSlots: Int?
        /// The number of events that it has not acknowledged.
        public let inFlightMessages: Int?
        /// What the server has measured of it, if `PersistentSubscriptionSettings.extraStatistics` is set.
        public let extraStatistics: JSONValue?
    }
}

extension SubscriptionDetails: Decodable {
    private enum CodingKeys: String, CodingKey {
        case groupName, eventStreamId, status, connectionCount, connections, config, totalInFlightMessages
        case totalItemsProcessed, averageItemsPerSecond, lastProcessedEventNumber, lastKnownEventNumber, readBufferCount
        case liveBufferCount, retryBufferCount, outstandingMessagesCount, parkedMessageCount
    }

    /// From a server's answer.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func value<Value: Decodable>(_ key: CodingKeys) throws -> Value? {
            try values.decodeIfPresent(Value.self, forKey: key)
        }
        func eventNumber(_ key: CodingKeys) throws -> Int64? { try value(key).flatMap { $0 < 0 ? nil : $0 } }
        self.group = try values.decode(String.self, forKey: .groupName)
        self.stream = try values.decode(String.self, forKey: .eventStreamId)
        self.status = try value(.status) ?? ""
        self.connections = try value(.connections)
        self.connectionCount = try value(.connectionCount) ?? self.connections?.count ?? 0
        self.settings = try value(.config).map { (config: SubscriptionConfig) in PersistentSubscriptionSettings(config)
        }
        self.inFlightCount = try value(.totalInFlightMessages)
        self.processedCount = try value(.totalItemsProcessed)
        self.averagePerSecond = try value(.averageItemsPerSecond)
        self.lastProcessedEventNumber = try eventNumber(.lastProcessedEventNumber)
        self.lastKnownEventNumber = try eventNumber(.lastKnownEventNumber)
        self.readBufferCount = try value(.readBufferCount)
        self.liveBufferCount = try value(.liveBufferCount)
        self.retryBufferCount = try value(.retryBufferCount)
        self.outstandingCount = try value(.outstandingMessagesCount)
        self.parkedCount = try value(.parkedMessageCount)
    }
}

/// The settings, with the names that all servers give them.
private struct SubscriptionConfig: Decodable {
    let resolveLinktos: Bool?
    let startFrom: Int64?
    let messageTimeoutMilliseconds: Int64?
    let extraStatistics: Bool?
    let maxRetryCount, liveBufferSize, bufferSize, readBatchSize: Int?
    let checkPointAfterMilliseconds: Int64?
    let minCheckPointCount, maxCheckPointCount, maxSubscriberCount: Int?
    let namedConsumerStrategy: String?
}

extension PersistentSubscriptionSettings {
    fileprivate init(_ config: SubscriptionConfig) {
        self.init()
        if let start = config.startFrom { self.startFrom = start < 0 ? .end : start == 0 ? .start : .number(start) }
        self.resolveLinks = config.resolveLinktos ?? self.resolveLinks
        self.messageTimeout = config.messageTimeoutMilliseconds.flatMap { $0 <= 0 ? nil : .milliseconds($0) }
        self.extraStatistics = config.extraStatistics ?? self.extraStatistics
        self.maximumRetryCount = config.maxRetryCount ?? self.maximumRetryCount
        self.liveBufferSize = config.liveBufferSize ?? self.liveBufferSize
        self.bufferSize = config.bufferSize ?? self.bufferSize
        self.readBatchSize = config.readBatchSize ?? self.readBatchSize
        self.checkpointAfter = config.checkPointAfterMilliseconds.map { .milliseconds($0) } ?? self.checkpointAfter
        self.minimumCheckpointCount = config.minCheckPointCount ?? self.minimumCheckpointCount
        self.maximumCheckpointCount = config.maxCheckPointCount ?? self.maximumCheckpointCount
        self.maximumSubscriberCount = config.maxSubscriberCount.flatMap { $0 <= 0 ? nil : $0 }
        switch config.namedConsumerStrategy {
        case "RoundRobin": self.strategy = .roundRobin
        case "DispatchToSingle": self.strategy = .dispatchToSingle
        case "Pinned": self.strategy = .pinned
        case let name?: self.strategy = .named(name)
        case nil: break
        }
    }
}
