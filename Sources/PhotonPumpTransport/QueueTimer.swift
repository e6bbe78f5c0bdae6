package import Dispatch

/// A timer on an executor's queue that fires once per schedule; used from that queue only.
package final class QueueTimer {
    private enum Source {
        case dispatch(any DispatchSourceTimer)
        case simulated(SimulatedTimer)
    }

    private let source: Source

    /// - Parameter fired: runs on the queue, never after the timer is gone.
    package convenience init(on executor: QueueExecutor, fired: @escaping () -> Void) {
        if let loop = executor.loop {
            self.init(.simulated(SimulatedTimer(on: executor, of: loop, fired)))
        } else {
            self.init(on: executor.queue, fired: fired)
        }
    }

    package convenience init(on queue: DispatchQueue, fired: @escaping () -> Void) {
        let source = DispatchSource.makeTimerSource(queue: queue)
        source.setEventHandler(handler: fired)
        source.activate()
        self.init(.dispatch(source))
    }

    private init(_ source: Source) {
        self.source = source
    }

    deinit {
        if case .dispatch(let source) = self.source { source.cancel() }
    }

    /// Fires after `delay`, instead of at the time scheduled before.
    package func schedule(after delay: Duration) {
        switch self.source {
        case .dispatch(let source):
            let parts = delay.components
            let seconds = Double(parts.seconds) + Double(parts.attoseconds) / 1e18
            source.schedule(deadline: .now() + max(0, seconds), leeway: .milliseconds(1))
        case .simulated(let timer):
            timer.schedule(after: delay)
        }
    }
}
