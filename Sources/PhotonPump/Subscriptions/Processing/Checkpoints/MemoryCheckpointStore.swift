/// A checkpoint in memory: for tests, and for state that is rebuilt whenever the process starts.
public actor MemoryCheckpointStore<Place: Comparable & Hashable & Sendable>: CheckpointStore {
    /// The checkpoint saved last.
    public private(set) var checkpoint: SubscriptionStart<Place>?

    /// A store that holds this checkpoint, or none by default.
    public init(_ checkpoint: SubscriptionStart<Place>? = nil) {
        self.checkpoint = checkpoint
    }

    /// The checkpoint saved last; nil if there is none.
    public func load() -> SubscriptionStart<Place>? { self.checkpoint }

    /// Replaces the checkpoint.
    public func save(_ checkpoint: SubscriptionStart<Place>) { self.checkpoint = checkpoint }
}
