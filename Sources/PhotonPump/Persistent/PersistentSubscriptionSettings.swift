/// How the server treats the events and consumers of a persistent subscription.
public struct PersistentSubscriptionSettings: Sendable, Hashable {
    /// Which of several consumers gets an event.
    public enum Strategy: Sendable, Hashable {
        /// Each in turn.
        case roundRobin
        /// One, as long as it has room; then the next.
        case dispatchToSingle
        /// For all events of a stream the same, as far as possible. Where links are resolved, the stream of the event
        /// counts.
        case pinned
        /// The strategy that the server knows by this name.
        case named(String)
    }

    /// Whether consumers get the events that links point to, along with the links. No.
    public var resolveLinks = false
    /// Where a subscription without a checkpoint begins; an update does not move one that has. At the end.
    public var startFrom = StreamPosition.end
    /// How long a consumer may take for an event before it is delivered again; nil for as long as it wants. Servers look
    /// once a second. 30 s.
    public var messageTimeout: Duration? = .seconds(30)
    /// Whether the server keeps latency statistics. No.
    public var extraStatistics = false
    /// Events kept in memory of those that are just being written. 500.
    public var liveBufferSize = 500
    /// Events read at once from the stream's past. 20.
    public var readBatchSize = 20
    /// Events kept in memory of those read from the stream's past; more than ``readBatchSize``, because no page is read
    /// that might not fit. 500.
    public var bufferSize = 500
    /// How often an event is delivered again before it is parked. 10.
    public var maximumRetryCount = 10
    /// How often the server looks whether it should write a checkpoint. 2 s.
    public var checkpointAfter: Duration = .seconds(2)
    /// Events dealt with that are reason enough for a checkpoint then. 10.
    public var minimumCheckpointCount = 10
    /// Events dealt with that are reason enough for a checkpoint at any time. 1000.
    public var maximumCheckpointCount = 1000
    /// Consumers at a time; nil, the default, for any number.
    public var maximumSubscriberCount: Int?
    /// Which of several consumers gets an event. Each in turn.
    public var strategy = Strategy.roundRobin

    /// The defaults.
    public init() {}
}

extension PersistentSubscriptionSettings.Strategy: CustomStringConvertible {
    /// What the server calls it.
    public var description: String {
        switch self {
        case .roundRobin: "RoundRobin"
        case .dispatchToSingle: "DispatchToSingle"
        case .pinned: "Pinned"
        case .named(let name): name
        }
    }
}
