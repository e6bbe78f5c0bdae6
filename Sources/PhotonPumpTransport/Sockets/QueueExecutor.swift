package import Dispatch
internal import Synchronization

/// A serial executor on a dispatch queue: an actor on it runs where its connections' readiness events arrive. In a
/// simulation, the loop takes the place of the queue.
package final class QueueExecutor: SerialExecutor {
    package let queue: DispatchQueue

    /// Marks the queues of all executors: who runs on one must not wait for another, which may be waiting for it. It tells
    /// the queue, which is there as long as something runs on it, and not the executor, which may be gone by then and
    /// another one in its memory.
    private static let key = DispatchSpecificKey<ObjectIdentifier>()

    /// Of a simulation, which knows the executor by this number; nil and 0 otherwise.
    let loop: RunLoop?
    let number: Int
    let label: String

    private let sharedPoller = Mutex<Poller?>(nil)
    private let queueTasks: QueueTaskExecutor

    package init(label: String, on loop: RunLoop? = nil) {
        self.label = label
        self.loop = loop
        self.number = loop?.numberForExecutor() ?? 0
        self.queue = DispatchQueue(label: label)
        self.queueTasks = QueueTaskExecutor(on: self.queue)
        self.queue.setSpecific(key: Self.key, value: ObjectIdentifier(self.queue))
    }

    /// Runs tasks where this runs the jobs of actors.
    package var tasks: any TaskExecutor { self.loop ?? self.queueTasks }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if let loop { return loop.add(.isolatedJob(job, self)) }
        self.queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    package func checkIsolated() {
        if let loop {
            precondition(loop.isRunning(self), "not on \(self.label)")
        } else {
            dispatchPrecondition(condition: .onQueue(self.queue))
        }
    }

    /// Runs `work` on the queue.
    ///
    /// - Parameter here: do it on this very thread, before returning; what runs on the queue just now is waited for.
    ///   Otherwise, and on the queue of any executor, it is done later; except for a task that runs on this one.
    package func run(here: Bool, _ work: @escaping @Sendable () -> Void) {
        if let loop {
            if here { loop.runHere(on: self, work) } else { loop.add(.work(self, work)) }
            return
        }
        let current = here ? DispatchQueue.getSpecific(key: Self.key) : nil
        if here, current == nil {
            self.queue.sync(execute: work)
        } else if current == ObjectIdentifier(self.queue), self.queueTasks.isRunning {
            self.queueTasks.setAside(work)
        } else {
            self.queue.async(execute: work)
        }
    }

    /// The poller of all connections on this executor.
    func poller() throws(SocketError) -> Poller {
        let result = self.sharedPoller.withLock { shared in
            Result { () throws(SocketError) in
                if let poller = shared { return poller }
                let poller = Poller(
                    queue: self.queue, tasks: self.queueTasks, descriptors: try Platform.readinessSet())
                shared = poller
                return poller
            }
        }
        return try result.get()
    }
}
