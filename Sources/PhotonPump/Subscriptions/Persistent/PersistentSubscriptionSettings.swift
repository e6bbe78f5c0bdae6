/// How the server treats the events and consumers of a persistent subscription.
public struct PersistentSubscriptionSettings: Sendable, Hashable {
    /// How the server chooses the consumer for an event.
    public enum Strategy: Sendable, Hashable {
        /// The consumers in turn.
        case roundRobin
        /// One consumer, as long as it has room; then the next.
        case dispatchToSingle
        /// The same consumer for all events of a stream, as far as possible. If links are resolved, this is the stream
        /// of the event.
        case pinned
        /// A strategy by its name on the server.
        case named(String)
    }

    /// Whether consumers receive the events that links point to, along with the links. False by default.
    public var resolveLinks = false
    /// Where a subscription begins that has no checkpoint yet; if it has one, updating this setting has no effect. At
    /// the end of the stream by default.
    public var startFrom = StreamPosition.end
    /// How long the server waits for an acknowledgement before it delivers an event again; nil to wait for ever.
    /// Servers check once a second. 30 s by default.
    public var messageTimeout: Duration? = .seconds(30)
    /// Whether the server keeps latency statistics. False by default.
    public var extraStatistics = false
    /// The server's buffer for new events: how many it keeps in memory as they are written. 500 by default.
    public var liveBufferSize = 500
    /// How many events of the stream's past the server reads at once. 20 by default.
    public var readBatchSize = 20
    /// The server's buffer for events of the stream's past: how many it keeps in memory. It must be larger than
    /// ``readBatchSize``, because the server reads a batch only if all of it fits. 500 by default. (How many events a
    /// consumer may hold is up to the consumer; see ``PersistentSubscription/bufferSize``.)
    public var bufferSize = 500
    /// How often an event is delivered again before it is parked. 10 by default.
    public var maximumRetryCount = 10
    /// How often the server considers writing a checkpoint. 2 s by default.
    public var checkpointAfter: Duration = .seconds(2)
    /// The fewest handled events for such a periodic checkpoint. 10 by default.
    public var minimumCheckpointCount = 10
    /// The number of handled events after which a checkpoint is written without waiting. 1000 by default.
    public var maximumCheckpointCount = 1000
    /// The most consumers at a time; nil, the default, for no limit.
    public var maximumSubscriberCount: Int?
    /// How the server chooses the consumer for an event. In turn by default.
    public var strategy = Strategy.roundRobin

    /// The defaults.
    public init() {}
}

extension PersistentSubscriptionSettings.Strategy: CustomStringConvertible {
    /// The strategy's name on the server.
    public var description: String {
        switch self {
        case .roundRobin: "RoundRobin"
        case .dispatchToSingle: "DispatchToSingle"
        case .pinned: "Pinned"
        case .named(let name): name
        }
    }
}
