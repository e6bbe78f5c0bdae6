/// A checkpoint that lasts as long as the process, for tests and for what is built anew with each start.
public actor MemoryCheckpointStore<Place: Comparable & Hashable & Sendable>: CheckpointStore {
    /// The checkpoint saved last.
    public private(set) var checkpoint: SubscriptionStart<Place>?

    /// A store that holds this checkpoint; by default none.
    public init(_ checkpoint: SubscriptionStart<Place>? = nil) {
        self.checkpoint = checkpoint
    }

    /// The checkpoint saved last; nil when there is none.
    public func load() -> SubscriptionStart<Place>? { self.checkpoint }

    /// Replaces the checkpoint.
    public func save(_ checkpoint: SubscriptionStart<Place>) { self.checkpoint = checkpoint }
}
