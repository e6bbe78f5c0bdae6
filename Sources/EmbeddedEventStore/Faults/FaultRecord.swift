internal import PhotonPumpWire
internal import Synchronization

/// How often a fault has struck, and who waits for that.
final class FaultRecord: Sendable {
    private struct State {
        var count = 0
        /// Whether it will not strike again.
        var isOver = false
        var waiters: [Int: (count: Int, continuation: CheckedContinuation<Void, any Error>)] = [:]
        var waitersMade = 0

        /// What to report to a task that waits for `count` strikes; nil to let it wait.
        func outcome(_ count: Int) -> Result<Void, any Error>? {
            if self.count >= count { return .success(()) }
            guard self.isOver else { return nil }
            let text = "the fault is over: it has struck \(self.count) of \(count) times"
            return .failure(EmbeddedServerError(.faultIsOver, text))
        }
    }

    private let state = Mutex(State())

    var count: Int { self.state.withLock { $0.count } }

    func struck() {
        self.change { $0.count += 1 }
    }

    func finish() {
        self.change { $0.isOver = true }
    }

    private func change(_ change: (inout sending State) -> Void) {
        let ready = self.state.withLock { state in
            change(&state)
            let ready = state.waiters.inOrder.compactMap { id, waiter in
                state.outcome(waiter.count).map { (id, waiter.continuation, $0) }
            }
            for (id, _, _) in ready { state.waiters[id] = nil }
            return ready
        }
        for (_, continuation, outcome) in ready { continuation.resume(with: outcome) }
    }

    func wait(for count: Int) async throws {
        let id = self.state.withLock { state in
            state.waitersMade += 1
            return state.waitersMade
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome: Result<Void, any Error>? = self.state.withLock { state in
                    // The task is marked as cancelled before its handler runs: either that shows here, or the handler
                    // finds the waiter.
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if let outcome = state.outcome(count) { return outcome }
                    state.waiters[id] = (count, continuation)
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            let waiter = self.state.withLock { $0.waiters.removeValue(forKey: id) }
            waiter?.continuation.resume(throwing: CancellationError())
        }
    }
}
