internal import Dispatch
internal import PhotonPumpSystem
internal import Synchronization

/// Waits for the readiness of descriptors, on a thread of its own, and reports it on a queue.
///
/// It takes the place of dispatch sources for connections: on Linux those cost two more changes of threads per event
/// (their manager thread wakes a worker, and is woken by it to look again), most of what a round trip costs. Here the
/// thread that waited also handles the event, as long as nothing else runs on the queue.
///
/// The thread lives as long as there is something to watch.
final class Poller: Sendable {
    /// What to watch a descriptor for, and what was found.
    struct Readiness: OptionSet, Sendable {
        let rawValue: Int16

        static let reading = Readiness(rawValue: Int16(POLLIN))
        static let writing = Readiness(rawValue: Int16(POLLOUT))
        /// The connection is gone, one way or the other: whoever reads or writes learns how.
        static let broken = Readiness(rawValue: Int16(POLLERR) | Int16(POLLHUP) | Int16(POLLNVAL))
    }

    private struct State {
        var watches: [ObjectIdentifier: (watch: Watch, interest: Readiness)] = [:]
        /// Changes with ``watches``, so that the thread notices.
        var version = 0
        var isRunning = false
    }

    private let queue: DispatchQueue
    private let tasks: QueueTaskExecutor
    private let wake: WakeUpPipe
    private let state = Mutex(State())

    /// - Parameter tasks: those on the same queue, which go on before the thread waits again.
    init(queue: DispatchQueue, tasks: QueueTaskExecutor) throws(SocketError) {
        (self.queue, self.tasks) = (queue, tasks)
        self.wake = try WakeUpPipe()
    }

    /// Watches for `interest` from now on, and for nothing else; with nothing, only stays acquainted.
    func set(_ interest: Readiness, for watch: Watch) {
        let mustStart = self.state.withLock { state in
            state.watches[ObjectIdentifier(watch)] = (watch, interest)
            state.version += 1
            defer { state.isRunning = true }
            return !state.isRunning
        }
        if mustStart { self.startThread() } else { self.wake.signal() }
    }

    /// Forgets a watch. Its descriptor may be closed right away: an event on its way finds nobody.
    func remove(_ watch: Watch) {
        self.state.withLock { state in
            state.watches[ObjectIdentifier(watch)] = nil
            state.version += 1
        }
        self.wake.signal()
    }

    private func startThread() {
        SystemThread.start("photonpump.io") { self.run() }
    }

    private func run() {
        var version = -1
        var watches: [Watch] = []
        var descriptors: [pollfd] = []
        while true {
            let current = self.state.withLock { state -> [(watch: Watch, interest: Readiness)]? in
                guard state.version != version else { return [] }
                version = state.version
                guard !state.watches.isEmpty else {
                    state.isRunning = false
                    return nil
                }
                watches.removeAll(keepingCapacity: true)
                return Array(state.watches.values)
            }
            guard let current else { return }
            if !current.isEmpty {
                watches = current.map(\.watch)
                descriptors = [pollfd(fd: self.wake.readEnd, events: Readiness.reading.rawValue, revents: 0)]
                // A descriptor of no interest would still be reported when it breaks, again and again.
                descriptors += current.map { entry in
                    pollfd(
                        fd: entry.interest.isEmpty ? -1 : entry.watch.descriptor, events: entry.interest.rawValue,
                        revents: 0)
                }
            }
            guard poll(&descriptors, nfds_t(descriptors.count), -1) > 0 else {
                // An interrupted wait is repeated at once; one that the system refuses (it is out of memory, say) a
                // little later.
                if Platform.errorNumber != EINTR { usleep(100_000) }
                continue
            }
            if descriptors[0].revents != 0 { self.wake.drain() }
            for (watch, descriptor) in zip(watches, descriptors.dropFirst()) where descriptor.revents != 0 {
                self.queue.sync {
                    self.tasks.attending { watch.report(Readiness(rawValue: descriptor.revents)) }
                }
            }
        }
    }
}
