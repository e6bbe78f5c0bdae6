internal import Synchronization

/// The result of work elsewhere, which one task waits for once. Cancelling the task ends the wait at once; the work can
/// notice that and stop.
final class Outcome<Value: Sendable>: Sendable {
    private struct State {
        /// The task that waits. A `CheckedContinuation` would take an allocation for each call; here it is plain that the
        /// task is resumed once: by whoever finds that there is no result yet.
        var waiter: UnsafeContinuation<Value, any Error>?
        /// A result that nobody waited for yet.
        var early: Result<Value, any Error>?
        var isResolved = false
    }

    private let state = Mutex(State())

    /// Whether no one needs a result (any more).
    var isResolved: Bool { self.state.withLock { $0.isResolved } }

    /// The first result counts.
    func resolve(_ result: Result<Value, any Error>) {
        let waiter: UnsafeContinuation<Value, any Error>? = self.state.withLock { state in
            if state.isResolved { return nil }
            state.isResolved = true
            if state.waiter == nil { state.early = result }
            return state.waiter.take()
        }
        waiter?.resume(with: result)
    }

    /// Waits for the result, or until the task is cancelled. Call this once.
    func wait() async throws -> Value {
        try await withTaskCancellationHandler {
            try await self.value()
        } onCancel: {
            self.resolve(.failure(CancellationError()))
        }
    }

    /// Waits for the result, whether or not the task is cancelled. Call this once.
    func value() async throws -> Value {
        try await withUnsafeThrowingContinuation { continuation in
            let result: Result<Value, any Error>? = self.state.withLock { state in
                precondition(state.waiter == nil, "an outcome is awaited once")
                if state.isResolved { return state.early.take() }
                state.waiter = continuation
                return nil
            }
            if let result { continuation.resume(with: result) }
        }
    }
}
