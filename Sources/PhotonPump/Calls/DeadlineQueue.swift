internal import HeapModule
internal import PhotonPumpTransport
internal import PhotonPumpWire

/// When entries are due, the earliest first; pure.
///
/// Entries that are over stay in it until they come up, or until more than half of all are over: then it is built anew.
struct DeadlineQueue {
    typealias Instant = Environment.Instant

    struct Due: Comparable {
        let time: Instant
        let id: GUID

        /// Of those that are due at once, the same comes first in every run.
        static func < (first: Self, second: Self) -> Bool {
            first.time == second.time ? first.id < second.id : first.time < second.time
        }
    }

    private var heap: Heap<Due> = []

    /// Nothing is due before this; nil if nothing is ever due.
    var next: Instant? { self.heap.min?.time }

    mutating func add(_ id: GUID, at time: Instant) {
        self.heap.insert(Due(time: time, id: id))
    }

    /// The next entry, if it is due by then.
    mutating func popDue(by now: Instant) -> Due? {
        guard let next, next <= now else { return nil }
        return self.heap.popMin()
    }

    /// Removes the entries that are over from the front, so that ``next`` is the time of one that is not.
    mutating func removeOver(_ isOver: (Due) -> Bool) {
        while let first = self.heap.min, isOver(first) { self.heap.removeMin() }
    }

    /// Builds it anew if more than half of it is over.
    ///
    /// - Parameters:
    ///   - count: how many entries are not.
    ///   - entries: those.
    mutating func compact(to count: Int, _ entries: () -> some Sequence<Due>) {
        if self.heap.count > 2 * count + 64 { self.heap = Heap(entries()) }
    }
}
