internal import Synchronization

/// Counts the calls that are admitted, without the actor: while there is room a call costs two atomic operations; when
/// there is none it joins the queue that the actor keeps.
///
/// No call overtakes the queue: while it is not empty, newcomers join it too.
final class AdmissionGate: Sendable {
    private let limit: Int
    private let inside = Atomic(0)
    private let queued = Atomic(0)

    /// - Parameter limit: together with `waiting`, the number of calls that may be inside at once.
    init(limit: Int, andWaiting waiting: Int) {
        let (sum, isTooLarge) = limit.addingReportingOverflow(waiting)
        self.limit = isTooLarge ? .max : sum
    }

    /// The number of calls inside.
    var count: Int { self.inside.load(ordering: .sequentiallyConsistent) }

    /// Admits a newcomer, if there is room and no queue.
    func enter() -> Bool {
        self.queued.load(ordering: .sequentiallyConsistent) == 0 && self.take()
    }

    /// A call leaves.
    ///
    /// - Returns: whether the first in the queue should be let in.
    func leave() -> Bool {
        self.inside.wrappingSubtract(1, ordering: .sequentiallyConsistent)
        return self.queued.load(ordering: .sequentiallyConsistent) > 0
    }

    /// A call joins the queue. Call this before ``enterFromQueue()``, so that a call that leaves in between notices it.
    func joinQueue() {
        self.queued.wrappingAdd(1, ordering: .sequentiallyConsistent)
    }

    /// A call leaves the queue.
    func leaveQueue() {
        self.queued.wrappingSubtract(1, ordering: .sequentiallyConsistent)
    }

    /// Admits the first call in the queue, if there is room. It stays in the queue until ``leaveQueue()``.
    func enterFromQueue() -> Bool { self.take() }

    private func take() -> Bool {
        var count = self.inside.load(ordering: .sequentiallyConsistent)
        while count < self.limit {
            let (exchanged, original) = self.inside.weakCompareExchange(
                expected: count, desired: count + 1, ordering: .sequentiallyConsistent)
            if exchanged { return true }
            count = original
        }
        return false
    }
}
