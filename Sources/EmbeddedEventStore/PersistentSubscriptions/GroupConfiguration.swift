internal import Foundation
internal import PhotonPumpWire

/// All persistent subscriptions and their settings, stored as the latest event of a system stream.
struct GroupConfiguration: Codable {
    static let stream = StreamName("$persistentSubscriptionConfig")
    static let eventType = "PersistentConfig1"
    /// Only the stream's last two events are visible.
    static let metadata = #"{"$maxCount":2}"#

    var version = "2"
    var updated = ""
    var updatedBy: String?
    var entries: [Entry] = []

    struct Entry: Codable {
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
    }
}

extension GroupConfiguration.Entry {
    init(_ group: PersistentGroup) {
        let settings = group.settings
        self.init(
            stream: group.stream.description,
            group: group.name,
            resolveLinkTos: settings.resolveLinks,
            extraStatistics: settings.recordStatistics,
            messageTimeout: settings.messageTimeout,
            startFrom: settings.startFrom,
            liveBufferSize: settings.liveBufferSize,
            historyBufferSize: settings.bufferSize,
            maxRetryCount: settings.maxRetryCount,
            readBatchSize: settings.readBatchSize,
            preferRoundRobin: settings.preferRoundRobin,
            checkPointAfter: settings.checkpointAfter,
            minCheckPointCount: settings.minCheckpointCount,
            maxCheckPointCount: settings.maxCheckpointCount,
            maxSubscriberCount: settings.maxSubscriberCount,
            namedConsumerStrategy: group.strategy.rawValue
        )
    }

    var settings: PersistentSubscriptionSettings {
        PersistentSubscriptionSettings(
            resolveLinks: self.resolveLinkTos,
            startFrom: self.startFrom,
            messageTimeout: self.messageTimeout,
            recordStatistics: self.extraStatistics,
            liveBufferSize: self.liveBufferSize,
            readBatchSize: self.readBatchSize,
            bufferSize: self.historyBufferSize,
            maxRetryCount: self.maxRetryCount,
            preferRoundRobin: self.preferRoundRobin,
            checkpointAfter: self.checkPointAfter,
            maxCheckpointCount: self.maxCheckPointCount,
            minCheckpointCount: self.minCheckPointCount,
            maxSubscriberCount: self.maxSubscriberCount,
            consumerStrategy: self.namedConsumerStrategy
        )
    }
}
