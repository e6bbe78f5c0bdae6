internal import Synchronization

/// How far a loop over a subscription has come, which others ask for. It costs the loop next to nothing for each item.
final class ConsumerProgress: Sendable {
    private struct Batch {
        var items: [CatchUpItem] = []
        /// How far it had come before these.
        var before: CatchUpPlace?
    }

    private let batch = Mutex(Batch())
    /// How many of these were handed out. The consumer is done with the last one when it asks for another.
    private let count = Atomic(0)

    /// The consumer is done with what was handed out, and goes on with these.
    func begin(_ items: [CatchUpItem] = []) {
        self.batch.withLock { batch in
            let done = batch.items.prefix(self.count.load(ordering: .relaxed))
            batch = Batch(items: items, before: Self.place(in: done) ?? batch.before)
            self.count.store(0, ordering: .relaxed)
        }
    }

    /// This many items of the batch are handed out.
    func gave(_ count: Int) { self.count.store(count, ordering: .relaxed) }

    /// The place of the last event that the consumer is done with, or up to which there was none.
    var place: CatchUpPlace? {
        self.batch.withLock { batch in
            let done = batch.items.prefix(max(0, self.count.load(ordering: .relaxed) - 1))
            return Self.place(in: done) ?? batch.before
        }
    }

    private static func place(in items: ArraySlice<CatchUpItem>) -> CatchUpPlace? {
        for item in items.reversed() {
            switch item {
            case .event(let event): return event.place
            case .checkpoint(.after(let place)): return place
            case .checkpoint, .live, .fellBehind, .beyondEnd, .readsLag, .gap: continue
            }
        }
        return nil
    }
}
