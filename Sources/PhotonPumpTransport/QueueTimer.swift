package import Dispatch

/// A timer on a serial queue that fires once per schedule; used from that queue only.
package final class QueueTimer {
    private let source: any DispatchSourceTimer

    /// - Parameter fired: runs on `queue`, never after the timer is gone.
    package init(on queue: DispatchQueue, fired: @escaping () -> Void) {
        self.source = DispatchSource.makeTimerSource(queue: queue)
        self.source.setEventHandler(handler: fired)
        self.source.activate()
    }

    deinit {
        self.source.cancel()
    }

    /// Fires after `delay`, instead of at the time scheduled before.
    package func schedule(after delay: Duration) {
        let parts = delay.components
        let seconds = Double(parts.seconds) + Double(parts.attoseconds) / 1e18
        self.source.schedule(deadline: .now() + max(0, seconds), leeway: .milliseconds(1))
    }
}
