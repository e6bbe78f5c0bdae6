internal import CEventStoreMessages

/// Creates a persistent subscription, or gives one that exists other settings; the command says which.
package struct CreatePersistentSubscription: Hashable {
    package var stream: String
    package var group: String
    package var settings: PersistentSubscriptionSettings

    package init(stream: String, group: String, settings: PersistentSubscriptionSettings) {
        self.stream = stream
        self.group = group
        self.settings = settings
    }
}

/// On the wire the same as a creation.
package typealias UpdatePersistentSubscription = CreatePersistentSubscription

/// How a persistent subscription treats its events and consumers.
package struct PersistentSubscriptionSettings: Hashable, Sendable {
    package var resolveLinks: Bool
    /// The number of the first event; -1 for only new ones.
    package var startFrom: Int64
    /// In milliseconds; 0 for never.
    package var messageTimeout: Int32
    package var recordStatistics: Bool
    /// In events, like the two that follow.
    package var liveBufferSize: Int32
    package var readBatchSize: Int32
    package var bufferSize: Int32
    package var maxRetryCount: Int32
    /// Heeded only without a ``consumerStrategy``.
    package var preferRoundRobin: Bool
    /// In milliseconds.
    package var checkpointAfter: Int32
    package var maxCheckpointCount: Int32
    package var minCheckpointCount: Int32
    /// 0 for any number.
    package var maxSubscriberCount: Int32
    package var consumerStrategy: String?

    package init(
        resolveLinks: Bool, startFrom: Int64, messageTimeout: Int32, recordStatistics: Bool, liveBufferSize: Int32,
        readBatchSize: Int32, bufferSize: Int32, maxRetryCount: Int32, preferRoundRobin: Bool, checkpointAfter: Int32,
        maxCheckpointCount: Int32, minCheckpointCount: Int32, maxSubscriberCount: Int32, consumerStrategy: String?
    ) {
        self.resolveLinks = resolveLinks
        self.startFrom = startFrom
        self.messageTimeout = messageTimeout
        self.recordStatistics = recordStatistics
        self.liveBufferSize = liveBufferSize
        self.readBatchSize = readBatchSize
        self.bufferSize = bufferSize
        self.maxRetryCount = maxRetryCount
        self.preferRoundRobin = preferRoundRobin
        self.checkpointAfter = checkpointAfter
        self.maxCheckpointCount = maxCheckpointCount
        self.minCheckpointCount = minCheckpointCount
        self.maxSubscriberCount = maxSubscriberCount
        self.consumerStrategy = consumerStrategy
    }
}

extension CreatePersistentSubscription: ProtobufMessage {
    static let initialize = es__create_persistent_subscription__init

    init(_ message: borrowing Es__CreatePersistentSubscription) throws(MalformedMessage) {
        self.stream = try Self.text("event_stream_id", message.has_event_stream_id, message.event_stream_id)
        self.group = try Self.text(
            "subscription_group_name", message.has_subscription_group_name, message.subscription_group_name)
        self.settings = PersistentSubscriptionSettings(message)
    }

    func fill(_ message: inout Es__CreatePersistentSubscription, _ arena: inout ProtobufArena) {
        set(&message.has_subscription_group_name, &message.subscription_group_name, to: arena.copy(self.group))
        set(&message.has_event_stream_id, &message.event_stream_id, to: arena.copy(self.stream))
        self.settings.fill(&message, &arena)
    }
}

extension PersistentSubscriptionSettings {
    fileprivate init(_ message: borrowing Es__CreatePersistentSubscription) {
        self.resolveLinks = Bool(message.resolve_link_tos)
        self.startFrom = message.start_from
        self.messageTimeout = message.message_timeout_milliseconds
        self.recordStatistics = Bool(message.record_statistics)
        self.liveBufferSize = message.live_buffer_size
        self.readBatchSize = message.read_batch_size
        self.bufferSize = message.buffer_size
        self.maxRetryCount = message.max_retry_count
        self.preferRoundRobin = Bool(message.prefer_round_robin)
        self.checkpointAfter = message.checkpoint_after_time
        self.maxCheckpointCount = message.checkpoint_max_count
        self.minCheckpointCount = message.checkpoint_min_count
        self.maxSubscriberCount = message.subscriber_max_count
        self.consumerStrategy = field(message.has_named_consumer_strategy, message.named_consumer_strategy)?.text
    }

    fileprivate func fill(_ m: inout Es__CreatePersistentSubscription, _ arena: inout ProtobufArena) {
        set(&m.has_resolve_link_tos, &m.resolve_link_tos, to: self.resolveLinks.cValue)
        set(&m.has_start_from, &m.start_from, to: self.startFrom)
        set(&m.has_message_timeout_milliseconds, &m.message_timeout_milliseconds, to: self.messageTimeout)
        set(&m.has_record_statistics, &m.record_statistics, to: self.recordStatistics.cValue)
        set(&m.has_live_buffer_size, &m.live_buffer_size, to: self.liveBufferSize)
        set(&m.has_read_batch_size, &m.read_batch_size, to: self.readBatchSize)
        set(&m.has_buffer_size, &m.buffer_size, to: self.bufferSize)
        set(&m.has_max_retry_count, &m.max_retry_count, to: self.maxRetryCount)
        set(&m.has_prefer_round_robin, &m.prefer_round_robin, to: self.preferRoundRobin.cValue)
        set(&m.has_checkpoint_after_time, &m.checkpoint_after_time, to: self.checkpointAfter)
        set(&m.has_checkpoint_max_count, &m.checkpoint_max_count, to: self.maxCheckpointCount)
        set(&m.has_checkpoint_min_count, &m.checkpoint_min_count, to: self.minCheckpointCount)
        set(&m.has_subscriber_max_count, &m.subscriber_max_count, to: self.maxSubscriberCount)
        let strategy = self.consumerStrategy.map { arena.copy($0) }
        set(&m.has_named_consumer_strategy, &m.named_consumer_strategy, to: strategy)
    }
}
