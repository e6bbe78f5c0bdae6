/// Where a program keeps how far it has come in a stream (`Place` is `Int64`) or in `$all` (``Position``).
///
/// ``Client/follow(_:from:checkpoint:every:orAfter:maxConcurrent:partitionedBy:options:handler:)`` loads the checkpoint once
/// and saves it from time to time. A store of your own should replace what it holds at once or not at all, and throw
/// when it finds something that it cannot read: nil means that nothing was ever saved.
public protocol CheckpointStore<Place>: Sendable {
    /// What places are: event numbers of a stream, or positions in the log.
    associatedtype Place: Comparable & Hashable & Sendable

    /// The checkpoint saved last; nil when there is none.
    func load() async throws -> SubscriptionStart<Place>?

    /// Replaces the checkpoint. It is not cancelled with the task that processes events.
    func save(_ checkpoint: SubscriptionStart<Place>) async throws
}
