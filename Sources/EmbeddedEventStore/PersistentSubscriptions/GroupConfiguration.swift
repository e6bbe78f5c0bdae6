internal import PhotonPumpWire

/// All persistent subscriptions and their terms, stored as the latest event of a system stream.
struct GroupConfiguration: Codable {
    static let stream = StreamName("$persistentSubscriptionConfig")
    static let eventType = "PersistentConfig1"
    /// Only the stream's last two events are visible.
    static let metadata = #"{"$maxCount":2}"#

    var version = "2"
    var updated = ""
    var updatedBy: String?
    var entries: [GroupTerms] = []
}

/// What a persistent subscription reads and how it treats its events and consumers, with the names under which servers
/// store that. What the values mean says ``PersistentSubscriptionSettings``.
struct GroupTerms: Codable {
    var stream: String
    var group: String
    var resolveLinkTos: Bool
    var extraStatistics: Bool
    var messageTimeout: Int32
    var startFrom: Int64
    var liveBufferSize: Int32
    var historyBufferSize: Int32
    var maxRetryCount: Int32
    var readBatchSize: Int32
    var preferRoundRobin: Bool
    var checkPointAfter: Int32
    var minCheckPointCount: Int32
    var maxCheckPointCount: Int32
    var maxSubscriberCount: Int32
    var namedConsumerStrategy: String

    init(_ stream: String, _ group: String, _ settings: PersistentSubscriptionSettings, _ strategy: ConsumerStrategy) {
        self.stream = stream
        self.group = group
        self.resolveLinkTos = settings.resolveLinks
        self.extraStatistics = settings.recordStatistics
        self.messageTimeout = settings.messageTimeout
        self.startFrom = settings.startFrom
        self.liveBufferSize = settings.liveBufferSize
        self.historyBufferSize = settings.bufferSize
        self.maxRetryCount = settings.maxRetryCount
        self.readBatchSize = settings.readBatchSize
        self.preferRoundRobin = settings.preferRoundRobin
        self.checkPointAfter = settings.checkpointAfter
        self.minCheckPointCount = settings.minCheckpointCount
        self.maxCheckPointCount = settings.maxCheckpointCount
        self.maxSubscriberCount = settings.maxSubscriberCount
        self.namedConsumerStrategy = strategy.rawValue
    }

    /// The id that acknowledgements carry.
    var id: String { PersistentGroup.id(self.stream, self.group) }
}
