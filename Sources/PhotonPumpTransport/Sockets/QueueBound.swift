/// Carries what belongs to an executor's queue across other threads.
///
/// `@unchecked Sendable` is sound because the value is got at on that queue alone, which is checked each time, and can be
/// released on any thread: those there are (of watches, and of connections in memory) are closures that refer to their
/// owners weakly.
package struct QueueBound<Value>: @unchecked Sendable {
    private let bound: Value
    private let executor: QueueExecutor

    /// Call it on the queue, or before anything else has the value.
    package init(_ value: Value, to executor: QueueExecutor) {
        self.bound = value
        self.executor = executor
    }

    /// Ask for it on the queue.
    package var value: Value {
        self.executor.checkIsolated()
        return self.bound
    }
}
