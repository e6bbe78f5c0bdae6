internal import Synchronization

/// A timer in the time of a simulation.
final class SimulatedTimer: Sendable {
    private struct State {
        var due: Environment.Instant?
        /// When it looks whether it is due; earlier than that if it was put off.
        var looks: Environment.Instant?
    }

    private let loop: RunLoop
    private let executor: QueueExecutor
    private let fired: QueueBound<() -> Void>
    private let state = Mutex(State())

    init(on executor: QueueExecutor, of loop: RunLoop, _ fired: @escaping () -> Void) {
        self.loop = loop
        self.executor = executor
        self.fired = QueueBound(fired, to: executor)
    }

    func schedule(after delay: Duration) {
        let due = self.loop.now + max(.zero, delay)
        let isFirst = self.state.withLock { state in
            state.due = due
            // Time limits are put off with each call: a look for each would fill the memory.
            if let looks = state.looks, looks <= due { return false }
            state.looks = due
            return true
        }
        if isFirst { self.look(at: due) }
    }

    private func look(at time: Environment.Instant) {
        self.loop.at(time, .work(self.executor) { [weak self] in self?.look(now: time) })
    }

    private func look(now: Environment.Instant) {
        let (isDue, next) = self.state.withLock { state -> (Bool, Environment.Instant?) in
            // One that was scheduled for an earlier time meanwhile looks then.
            guard state.looks == now else { return (false, nil) }
            state.looks = nil
            guard let due = state.due else { return (false, nil) }
            if due <= now {
                state.due = nil
                return (true, nil)
            }
            state.looks = due
            return (false, due)
        }
        if let next { self.look(at: next) }
        if isDue { self.fired.value() }
    }
}
