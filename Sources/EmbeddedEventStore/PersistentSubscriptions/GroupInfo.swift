/// What a server reports about a persistent subscription, with the members that clients read.
struct GroupInfo: Encodable, Sendable {
    struct Config: Encodable, Sendable {
        var resolveLinktos: Bool
        var startFrom: Int64
        var messageTimeoutMilliseconds: Int32
        var extraStatistics: Bool
        var maxRetryCount: Int32
        var liveBufferSize: Int32
        var bufferSize: Int32
        var readBatchSize: Int32
        var preferRoundRobin: Bool
        var checkPointAfterMilliseconds: Int32
        var minCheckPointCount: Int32
        var maxCheckPointCount: Int32
        var maxSubscriberCount: Int32
        var namedConsumerStrategy: String
    }

    struct Connection: Encodable, Sendable {
        var from: String
        var username: String
        var averageItemsPerSecond: Int64
        var totalItemsProcessed: Int64
        var countSinceLastMeasurement: Int64
        /// Times that real servers measure on request; nobody measures them here.
        var extraStatistics: [String] = []
        var availableSlots: Int
        var inFlightMessages: Int
    }

    struct Link: Encodable, Sendable {
        var href: String
        var rel: String
    }

    var eventStreamId: String
    var groupName: String
    var status: String
    var averageItemsPerSecond: Int64
    var totalItemsProcessed: Int64
    var countSinceLastMeasurement: Int64
    /// The last checkpoint.
    var lastProcessedEventNumber: Int64
    var lastKnownEventNumber: Int64
    var readBufferCount: Int
    var liveBufferCount: Int
    var retryBufferCount: Int
    var totalInFlightMessages: Int
    var outstandingMessagesCount: Int
    var config: Config
    var connections: [Connection]
    var parkedMessageUri = ""
    var getMessagesUri = ""
    var links: [Link] = []
}

/// Counts deliveries, and how many of them there were since the last report.
struct DeliveryCounter {
    private var total: Int64 = 0
    private var reported: Int64 = 0

    mutating func delivered() { self.total += 1 }

    /// - Parameter elapsed: the milliseconds since the last report; 0 for the first.
    mutating func report(elapsed: Int64) -> (total: Int64, recent: Int64, perSecond: Int64) {
        let recent = self.total - self.reported
        self.reported = self.total
        return (self.total, recent, elapsed > 0 ? recent * 1000 / elapsed : 0)
    }
}

extension GroupInfo.Config {
    init(_ terms: GroupTerms) {
        self.resolveLinktos = terms.resolveLinkTos
        self.startFrom = terms.startFrom
        self.messageTimeoutMilliseconds = terms.messageTimeout
        self.extraStatistics = terms.extraStatistics
        self.maxRetryCount = terms.maxRetryCount
        self.liveBufferSize = terms.liveBufferSize
        self.bufferSize = terms.historyBufferSize
        self.readBatchSize = terms.readBatchSize
        self.preferRoundRobin = terms.namedConsumerStrategy == ConsumerStrategy.roundRobin.rawValue
        self.checkPointAfterMilliseconds = terms.checkPointAfter
        self.minCheckPointCount = terms.minCheckPointCount
        self.maxCheckPointCount = terms.maxCheckPointCount
        self.maxSubscriberCount = terms.maxSubscriberCount
        self.namedConsumerStrategy = terms.namedConsumerStrategy
    }
}
