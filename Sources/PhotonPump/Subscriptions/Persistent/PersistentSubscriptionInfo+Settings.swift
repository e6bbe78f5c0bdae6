internal import PhotonPumpSystem
internal import PhotonPumpWire

extension PersistentSubscriptionInfo {
    /// The settings in the report, with the names that all servers give them.
    private struct Report: Decodable {
        struct Config: Decodable {
            var resolveLinktos: Bool
            var startFrom: Int64
            var messageTimeoutMilliseconds: Int32
            var extraStatistics: Bool
            var maxRetryCount: Int32
            var liveBufferSize: Int32
            var bufferSize: Int32
            var readBatchSize: Int32
            var checkPointAfterMilliseconds: Int32
            var minCheckPointCount: Int32
            var maxCheckPointCount: Int32
            var maxSubscriberCount: Int32
            var namedConsumerStrategy: String
        }

        var config: Config
    }

    /// Whether the subscription has these settings; false if the report does not tell.
    func hasSettings(_ settings: PhotonPumpWire.PersistentSubscriptionSettings) -> Bool {
        guard let config = try? JSONDecoder().decode(Report.self, from: Data(self.json)).config else { return false }
        return config.resolveLinktos == settings.resolveLinks && config.startFrom == settings.startFrom
            && config.messageTimeoutMilliseconds == settings.messageTimeout
            && config.extraStatistics == settings.recordStatistics && config.maxRetryCount == settings.maxRetryCount
            && config.liveBufferSize == settings.liveBufferSize && config.bufferSize == settings.bufferSize
            && config.readBatchSize == settings.readBatchSize
            && config.checkPointAfterMilliseconds == settings.checkpointAfter
            && config.minCheckPointCount == settings.minCheckpointCount
            && config.maxCheckPointCount == settings.maxCheckpointCount
            && config.maxSubscriberCount == settings.maxSubscriberCount
            && config.namedConsumerStrategy == settings.consumerStrategy
    }
}
