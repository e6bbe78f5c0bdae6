internal import Synchronization

/// Counts the calls that are admitted, without the actor: while there is room a call costs two atomic operations; when
/// there is none it joins the line that the actor keeps.
///
/// No call overtakes the line: while it is not empty, newcomers join it too.
final class CallGate: Sendable {
    private let limit: Int
    private let inside = Atomic(0)
    private let inLine = Atomic(0)

    /// - Parameter limit: together with `waiting`, the number of calls that may be inside at once.
    init(limit: Int, andWaiting waiting: Int) {
        let (sum, isTooLarge) = limit.addingReportingOverflow(waiting)
        self.limit = isTooLarge ? .max : sum
    }

    /// The number of calls inside.
    var count: Int { self.inside.load(ordering: .sequentiallyConsistent) }

    /// Admits a newcomer, if there is room and no line.
    func enter() -> Bool {
        self.inLine.load(ordering: .sequentiallyConsistent) == 0 && self.take()
    }

    /// A call leaves.
    ///
    /// - Returns: whether the first in line should be let in.
    func leave() -> Bool {
        self.inside.wrappingSubtract(1, ordering: .sequentiallyConsistent)
        return self.inLine.load(ordering: .sequentiallyConsistent) > 0
    }

    /// A call joins the line. Call this before ``enterFromLine()``, so that a call that leaves in between notices it.
    func joinLine() {
        self.inLine.wrappingAdd(1, ordering: .sequentiallyConsistent)
    }

    /// A call leaves the line.
    func leaveLine() {
        self.inLine.wrappingSubtract(1, ordering: .sequentiallyConsistent)
    }

    /// Admits the first call in line, if there is room. It stays in the line until ``leaveLine()``.
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
