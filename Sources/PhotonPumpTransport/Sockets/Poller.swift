internal import Dispatch
internal import Synchronization

/// Waits for the readiness of descriptors, on a thread of its own, and reports it on a queue.
///
/// It takes the place of dispatch sources for connections: on Linux those cost two more changes of threads per event
/// (their manager thread wakes a worker, and is woken by it to look again), most of what a round trip costs. Here the
/// thread that waited also handles the event, as long as nothing else runs on the queue.
///
/// The thread lives as long as there is something to watch.
final class Poller: Sendable {
    private struct State {
        var watches: [UInt64: Watch] = [:]
        var numbersGiven: UInt64 = 0
        var isRunning = false
    }

    private let queue: DispatchQueue
    private let tasks: QueueTaskExecutor
    private let descriptors: any ReadinessSet
    private let state = Mutex(State())

    /// - Parameter tasks: those on the same queue, which go on before the thread waits again.
    init(queue: DispatchQueue, tasks: QueueTaskExecutor, descriptors: any ReadinessSet) {
        (self.queue, self.tasks, self.descriptors) = (queue, tasks, descriptors)
    }

    /// Gets to know a descriptor, in which there is no interest yet.
    func add(_ descriptor: CInt, _ handler: QueueBound<Watch.Handler>) -> Watch {
        let (watch, mustStart) = self.state.withLock { state in
            state.numbersGiven += 1
            let watch = Watch(descriptor, number: state.numbersGiven, handler)
            state.watches[watch.number] = watch
            defer { state.isRunning = true }
            return (watch, !state.isRunning)
        }
        if mustStart { SystemThread.start("photonpump.io") { self.run() } }
        return watch
    }

    /// Waits for `interest` from now on, and for nothing else.
    ///
    /// - Parameter former: the interest until now.
    func change(_ former: Readiness, to interest: Readiness, for watch: Watch) throws(SocketError) {
        try self.descriptors.change(former, to: interest, at: watch.descriptor, number: watch.number)
    }

    /// Forgets a watch in which there is no interest. Its descriptor may be closed right away: who owns it knows that an
    /// event on its way is none any more.
    func remove(_ watch: Watch) {
        let isLast = self.state.withLock { state in
            state.watches[watch.number] = nil
            return state.watches.isEmpty
        }
        if isLast { self.descriptors.wake() }
    }

    private func run() {
        var events: [(number: UInt64, readiness: Readiness)] = []
        while true {
            events.removeAll(keepingCapacity: true)
            self.descriptors.wait { events.append(($0, $1)) }
            let reports = self.state.withLock { state -> [(Watch, Readiness)]? in
                guard !state.watches.isEmpty else {
                    state.isRunning = false
                    return nil
                }
                return events.compactMap { event in state.watches[event.number].map { ($0, event.readiness) } }
            }
            guard let reports else { return }
            for (watch, readiness) in reports {
                self.queue.sync {
                    self.tasks.attending { watch.report(readiness) }
                }
            }
        }
    }
}
