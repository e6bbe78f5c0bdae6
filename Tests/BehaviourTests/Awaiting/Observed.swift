import Synchronization

/// A value that many change and one waits for.
final class Observed<Value: Sendable>: Sendable {
    private let current: Mutex<Value>
    private let (changes, report) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    init(_ value: Value) {
        self.current = Mutex(value)
    }

    var value: Value { self.current.withLock { $0 } }

    @discardableResult
    func update<R: Sendable>(_ change: (inout sending Value) -> R) -> R {
        defer { self.report.yield() }
        return self.current.withLock { change(&$0) }
    }

    /// Returns when the condition holds. One task may wait at a time.
    ///
    /// - Throws: `CancellationError`.
    func wait(until condition: (Value) -> Bool) async throws {
        if self.current.withLock({ condition($0) }) { return }
        for await _ in self.changes where self.current.withLock({ condition($0) }) { return }
        throw CancellationError()
    }

    /// Returns when the condition holds, or time is up. To be called once, and last.
    ///
    /// - Returns: whether it holds.
    func wait(atMost limit: Duration, until condition: (Value) -> Bool) async -> Bool {
        let timer = Task {
            try await Task.sleep(for: limit)
            self.report.finish()
        }
        defer { timer.cancel() }
        if self.current.withLock({ condition($0) }) { return true }
        for await _ in self.changes where self.current.withLock({ condition($0) }) { return true }
        return self.current.withLock { condition($0) }
    }
}
