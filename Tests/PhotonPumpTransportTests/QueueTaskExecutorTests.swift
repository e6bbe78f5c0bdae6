import Dispatch
import PhotonPumpTransport
import Synchronization
import Testing

@Suite("Tasks on the queue of an executor", .timeLimit(.minutes(1)))
struct QueueTaskExecutorTests {
    private let executor = QueueExecutor(label: "tasks")

    private func expectToBeOnQueue() {
        dispatchPrecondition(condition: .onQueue(self.executor.queue))
    }

    @Test("tasks on the queue of an executor run there, and so do their child tasks, and go on there")
    func place() async throws {
        try await withTaskExecutorPreference(self.executor.tasks) {
            self.expectToBeOnQueue()
            try await withThrowingDiscardingTaskGroup { group in
                for _ in 0..<100 {
                    group.addTask {
                        self.expectToBeOnQueue()
                        await Task.yield()
                        self.expectToBeOnQueue()
                    }
                }
            }
            try await Task.sleep(for: .milliseconds(1))
            self.expectToBeOnQueue()
        }
    }

    @Test("a task on the queue of an executor leaves the queue to others as often as it awaits something")
    func fairness() async {
        let hasRun = Atomic(false)
        await withTaskExecutorPreference(self.executor.tasks) {
            self.executor.run(here: false) { hasRun.store(true, ordering: .relaxed) }
            while !hasRun.load(ordering: .relaxed) { await Task.yield() }
        }
        let ended = hasRun.load(ordering: .relaxed)
        #expect(ended)
    }

    @Test("work for the queue is done at once in a task that runs there, but not in the midst of other work")
    func here() async {
        let steps = Mutex<[String]>([])
        @Sendable func note(_ step: String) { steps.withLock { $0.append(step) } }
        await withTaskExecutorPreference(self.executor.tasks) {
            note("task")
            self.executor.run(here: true) {
                note("work")
                self.executor.run(here: true) { note("work in work") }
                note("end of work")
            }
            note("end of task")
        }
        await withCheckedContinuation { continuation in self.executor.run(here: false) { continuation.resume() } }
        #expect(steps.withLock { $0 } == ["task", "work", "end of work", "end of task", "work in work"])
    }

    @Test("a task on the queue of another executor does not wait for this one")
    func elsewhere() async {
        let other = QueueExecutor(label: "other")
        let here = Mutex(false)
        await withTaskExecutorPreference(other.tasks) {
            await withCheckedContinuation { continuation in
                self.executor.run(here: true) {
                    self.expectToBeOnQueue()
                    continuation.resume()
                }
                here.withLock { $0 = true }
            }
        }
        #expect(here.withLock { $0 })
    }
}
