/// Carries what belongs to an executor's queue across other threads.
///
/// `@unchecked Sendable` is sound as long as the value is got at on that queue alone, which is checked, and does not mind
/// on which thread it is released: what it refers to it should refer to weakly.
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
