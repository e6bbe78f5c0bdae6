internal import Synchronization

/// Counts the calls that are let in, without the actor: while there is room a call costs two atomic operations, and when there
/// is none it joins the line that the actor keeps.
///
/// Nobody overtakes the line: as long as somebody stands in it, newcomers join it too.
final class CallGate: Sendable {
    private let limit: Int
    private let inside = Atomic(0)
    private let inLine = Atomic(0)

    /// So many may be inside at once.
    init(limit: Int, andWaiting waiting: Int) {
        let (sum, isTooLarge) = limit.addingReportingOverflow(waiting)
        self.limit = isTooLarge ? .max : sum
    }

    /// How many are inside.
    var count: Int { self.inside.load(ordering: .sequentiallyConsistent) }

    /// Lets a newcomer in, if there is room and no line.
    func enter() -> Bool {
        self.inLine.load(ordering: .sequentiallyConsistent) == 0 && self.take()
    }

    /// Someone inside leaves.
    ///
    /// - Returns: whether the first in line should be let in.
    func leave() -> Bool {
        self.inside.wrappingSubtract(1, ordering: .sequentiallyConsistent)
        return self.inLine.load(ordering: .sequentiallyConsistent) > 0
    }

    /// Someone stands in line from now on: to be called before ``enterFromLine()`` is tried, so that whoever leaves in
    /// between notices.
    func joinLine() {
        self.inLine.wrappingAdd(1, ordering: .sequentiallyConsistent)
    }

    /// Someone stands in line no more.
    func leaveLine() {
        self.inLine.wrappingSubtract(1, ordering: .sequentiallyConsistent)
    }

    /// Lets the first in line in, if there is room; it stands in line until ``leaveLine()``.
    func enterFromLine() -> Bool { self.take() }

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
