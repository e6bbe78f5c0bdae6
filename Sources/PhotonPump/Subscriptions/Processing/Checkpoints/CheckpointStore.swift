/// Stores how far a program has come in a stream (`Place` is `Int64`) or in `$all` (`Place` is ``Position``).
///
/// ``Client/follow(_:from:checkpoint:every:orAfter:maxConcurrent:partitionedBy:options:handler:)`` loads the checkpoint
/// once and saves it from time to time. A store of your own should replace the checkpoint atomically, and should throw
/// when it finds something it cannot read: nil means that no checkpoint was ever saved.
public protocol CheckpointStore<Place>: Sendable {
    /// An event number of a stream (`Int64`), or a position in the log (``Position``).
    associatedtype Place: Comparable & Hashable & Sendable

    /// The checkpoint saved last; nil if there is none.
    func load() async throws -> SubscriptionStart<Place>?

    /// Replaces the checkpoint. Handlers of later events may run meanwhile; what handlers of earlier ones have made of
    /// them, and only holds in memory, must be saved here first. Cancelling the task that processes events does not cancel this call.
    func save(_ checkpoint: SubscriptionStart<Place>) async throws
}
