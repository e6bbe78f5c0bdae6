package import Dispatch
internal import Synchronization

/// A serial executor on a dispatch queue: an actor on it runs where its connections' readiness events arrive.
package final class QueueExecutor: SerialExecutor {
    package let queue: DispatchQueue

    /// Marks the queues of all executors: who runs on one must not wait for another, which may be waiting for it.
    private static let key = DispatchSpecificKey<Bool>()

    private let sharedPoller = Mutex<Poller?>(nil)

    package init(label: String) {
        self.queue = DispatchQueue(label: label)
        self.queue.setSpecific(key: Self.key, value: true)
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        self.queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    package func checkIsolated() {
        dispatchPrecondition(condition: .onQueue(self.queue))
    }

    /// Runs `work` on the queue.
    ///
    /// - Parameter here: do it on this very thread, before returning; what runs on the queue just now is waited for.
    ///   Otherwise, and on the queue of any executor, it is done later.
    package func run(here: Bool, _ work: @escaping @Sendable () -> Void) {
        if here, DispatchQueue.getSpecific(key: Self.key) == nil {
            self.queue.sync(execute: work)
        } else {
            self.queue.async(execute: work)
        }
    }

    /// The poller of all connections on this executor.
    func poller() throws(SocketError) -> Poller {
        let result = self.sharedPoller.withLock { shared in
            Result { () throws(SocketError) in
                if let poller = shared { return poller }
                let poller = try Poller(queue: self.queue)
                shared = poller
                return poller
            }
        }
        return try result.get()
    }
}
