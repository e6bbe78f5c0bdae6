internal import Synchronization

/// The result of work elsewhere, which one task waits for once. Cancelling the task ends the wait at once; the work can
/// notice that and stop.
final class Outcome<Value: Sendable>: Sendable {
    private enum State {
        case open
        case awaited(CheckedContinuation<Value, any Error>)
        case resolved(Result<Value, any Error>)
        /// The task has it.
        case taken
    }

    private let state = Mutex(State.open)

    /// Whether no one needs a result (any more).
    var isResolved: Bool {
        self.state.withLock { state in
            switch state {
            case .open, .awaited: false
            case .resolved, .taken: true
            }
        }
    }

    /// The first result counts.
    func resolve(_ result: Result<Value, any Error>) {
        let waiter: CheckedContinuation<Value, any Error>? = self.state.withLock { state in
            switch state {
            case .open:
                state = .resolved(result)
                return nil
            case .awaited(let waiter):
                state = .taken
                return waiter
            case .resolved, .taken:
                return nil
            }
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
        try await withCheckedThrowingContinuation { continuation in
            let result: Result<Value, any Error>? = self.state.withLock { state in
                guard case .resolved(let result) = state else {
                    state = .awaited(continuation)
                    return nil
                }
                state = .taken
                return result
            }
            if let result { continuation.resume(with: result) }
        }
    }
}
