internal import Dispatch

/// Runs its handler soon on a serial queue, once for all the times it was sent until then; used from that queue only.
final class QueueSignal {
    private let source: any DispatchSourceUserDataAdd

    /// - Parameter fired: runs on `queue`, never after the signal is gone.
    init(on queue: DispatchQueue, fired: @escaping () -> Void) {
        self.source = DispatchSource.makeUserDataAddSource(queue: queue)
        self.source.setEventHandler(handler: fired)
        self.source.activate()
    }

    deinit {
        self.source.cancel()
    }

    func send() {
        self.source.add(data: 1)
    }
}
