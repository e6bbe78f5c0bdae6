internal import Dispatch
internal import Foundation

/// A descriptor that is watched, and who wants to know.
///
/// `@unchecked Sendable` is sound because `handler`, the only thing that is not a constant of a `Sendable` type, is set
/// on the poller's queue before the watch is given to the poller, never changed afterwards, and called on that queue
/// alone. What it captures it holds weakly, so it does not matter on which thread it is released.
final class Watch: @unchecked Sendable {
    let descriptor: CInt
    private let queue: DispatchQueue
    private var handler: ((Poller.Readiness) -> Void)?

    init(_ descriptor: CInt, queue: DispatchQueue) {
        self.descriptor = descriptor
        self.queue = queue
    }

    /// Call it on the queue.
    func setHandler(_ handler: ((Poller.Readiness) -> Void)?) {
        self.handler = handler
    }

    func report(_ readiness: Poller.Readiness) {
        dispatchPrecondition(condition: .onQueue(self.queue))
        self.handler?(readiness)
    }
}
