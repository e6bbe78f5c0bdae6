internal import PhotonPumpWire

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
    var config: Config
    var connections: [Connection]
    var parkedMessageUri = ""
    var getMessagesUri = ""
    var links: [Link] = []
}

/// How much had been delivered at the time of the last request.
struct DeliveryMeasurement {
    fileprivate var time: Int64?
    fileprivate var total: Int64 = 0
    fileprivate var totals: [Subscriber: Int64] = [:]
}

extension PersistentGroup {
    /// Rates are those since the last request; the first time they are zero.
    mutating func info(now: Int64) -> GroupInfo {
        let last = self.measurement
        let elapsed = last.time.map { now - $0 } ?? 0
        func rate(_ count: Int64) -> Int64 { elapsed > 0 ? count * 1000 / elapsed : 0 }
        self.measurement = DeliveryMeasurement(time: now, total: self.total)
        for consumer in self.consumers.all { self.measurement.totals[consumer.id] = consumer.total }
        let connections = self.consumers.all.map { consumer in
            let count = consumer.total - last.totals[consumer.id, default: 0]
            return GroupInfo.Connection(
                from: consumer.address,
                username: consumer.user ?? "anonymous",
                averageItemsPerSecond: rate(count),
                totalItemsProcessed: consumer.total,
                countSinceLastMeasurement: count,
                availableSlots: consumer.freeSlots,
                inFlightMessages: consumer.inFlight.count
            )
        }
        return GroupInfo(
            eventStreamId: self.stream.description,
            groupName: self.name,
            status: self.buffer.isLive ? "Live" : "Behind",
            averageItemsPerSecond: rate(self.total - last.total),
            totalItemsProcessed: self.total,
            countSinceLastMeasurement: self.total - last.total,
            lastProcessedEventNumber: self.lastCheckpoint,
            lastKnownEventNumber: self.lastKnown,
            readBufferCount: self.buffer.waiting.count,
            liveBufferCount: self.buffer.latest.count,
            retryBufferCount: self.buffer.retries.count,
            totalInFlightMessages: self.outstanding.count,
            config: self.infoConfig,
            connections: connections.sorted { $0.from < $1.from }
        )
    }

    private var infoConfig: GroupInfo.Config {
        GroupInfo.Config(
            resolveLinktos: self.settings.resolveLinks,
            startFrom: self.settings.startFrom,
            messageTimeoutMilliseconds: self.settings.messageTimeout,
            extraStatistics: self.settings.recordStatistics,
            maxRetryCount: self.settings.maxRetryCount,
            liveBufferSize: self.settings.liveBufferSize,
            bufferSize: self.settings.bufferSize,
            readBatchSize: self.settings.readBatchSize,
            preferRoundRobin: self.strategy == .roundRobin,
            checkPointAfterMilliseconds: self.settings.checkpointAfter,
            minCheckPointCount: self.settings.minCheckpointCount,
            maxCheckPointCount: self.settings.maxCheckpointCount,
            maxSubscriberCount: self.settings.maxSubscriberCount,
            namedConsumerStrategy: self.strategy.rawValue
        )
    }
}
