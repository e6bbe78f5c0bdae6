internal import Dispatch
internal import Synchronization

/// Runs tasks on the queue of an executor, so that what they await there is awaited without a change of threads.
///
/// Tasks that go on at the same time do so one after another in one turn of the queue, in place of a turn for each. Those
/// that are ready by the end of it wait for the next one: others on the queue get theirs in between.
package final class QueueTaskExecutor: TaskExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        /// Whether a turn is in progress or was asked for.
        var isAttended = false
    }

    private let queue: DispatchQueue
    private let state = Mutex(State())
    /// Only of interest on the queue.
    private let running = Atomic(false)

    init(on queue: DispatchQueue) {
        self.queue = queue
    }

    /// Whether a task of it is running, if asked on the queue: nothing else is under way there then.
    var isRunning: Bool { self.running.load(ordering: .relaxed) }

    /// Does something on the queue, and then runs the tasks that go on because of it, on the same thread.
    func attending(_ work: () -> Void) {
        let isAttended = self.state.withLock { exchange(&$0.isAttended, with: true) }
        work()
        if !isAttended { self.turn() }
    }

    /// Does what is not a task's in the midst of one.
    func setAside(_ work: () -> Void) {
        self.running.store(false, ordering: .relaxed)
        work()
        self.running.store(true, ordering: .relaxed)
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isAttended = self.state.withLock { state in
            state.jobs.append(job)
            return exchange(&state.isAttended, with: true)
        }
        if !isAttended { self.queue.async { self.turn() } }
    }

    private func turn() {
        self.running.store(true, ordering: .relaxed)
        for job in self.state.withLock({ exchange(&$0.jobs, with: []) }) {
            job.runSynchronously(on: self.asUnownedTaskExecutor())
        }
        self.running.store(false, ordering: .relaxed)
        let goesOn = self.state.withLock { state in
            state.isAttended = !state.jobs.isEmpty
            return state.isAttended
        }
        if goesOn { self.queue.async { self.turn() } }
    }
}
