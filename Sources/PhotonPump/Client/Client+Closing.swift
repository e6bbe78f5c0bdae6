internal import Logging
internal import PhotonPumpTransport
internal import Synchronization

/// The end of a client.
extension Client {
    /// Closes the connection for good. By the time this returns, waiting calls have failed with
    /// ``PhotonPumpError/Code/clientClosed``; later calls fail the same way. Closing again does nothing.
    public func close() {
        self.isClosing.store(true, ordering: .relaxed)
        self.turn {
            for subscriber in self.subscribers.present { subscriber.flush() }
        }
        self.endPauses()
        if case .closed = self.connector.phase { return }
        let error = PhotonPumpError(.clientClosed, "the client was closed while this call waited")
        self.dropLink()
        self.connector.close()
        self.phaseBegan = .now
        self.failWaiting(
            error, connecting: PhotonPumpError(.clientClosed, "the client was closed while it connected"))
        self.endSubscriptions(PhotonPumpError(.clientClosed, "the client was closed"))
        self.announce(.closed)
        for listener in self.listeners.values { listener.finish() }
        self.listeners = [:]
        self.finishDraining()
        self.logger.debug("closed")
    }

    /// Lets calls in progress finish within the given time, and then closes the client as ``close()`` does. New calls
    /// fail with ``PhotonPumpError/Code/clientClosed`` at once.
    ///
    /// Workers, that is ``follow(_:from:checkpoint:every:orAfter:maxConcurrent:partitionedBy:options:handler:)`` and
    /// the `process` methods, are stopped as by `stop()`: running handlers finish, the calls they make still work, and
    /// then checkpoints are saved. Persistent subscriptions are stopped as well; their consumers can still acknowledge
    /// the events they have.
    ///
    /// Cancelling the task closes the client right away.
    ///
    /// - Parameter patience: the time to wait.
    public func close(drainingFor patience: Duration) async {
        self.isClosing.store(true, ordering: .relaxed)
        self.turn {
            for subscriber in self.subscribers.present { subscriber.windUp() }
            for stop in self.workers.values { stop() }
        }
        self.endPauses()
        if !self.isDrained {
            let timer = QueueTimer(on: self.executor.queue) { [weak self] in
                self?.assumeIsolated { $0.finishDraining() }
            }
            timer.schedule(after: max(patience, Duration.zero))
            await withTaskCancellationHandler {
                await withCheckedContinuation { self.drainWaiters.append($0) }
            } onCancel: {
                self.executor.run(here: false) { self.assumeIsolated { $0.finishDraining() } }
            }
            // The timer fires only while it is retained.
            withExtendedLifetime(timer) {}
        }
        self.close()
    }

    /// Whether no call, worker or subscription has anything left to do.
    var isDrained: Bool {
        self.table.isEmpty && self.line.isEmpty && self.workers.isEmpty && self.subscribers.isQuiet
    }

    func finishDraining() {
        let waiters = self.drainWaiters
        self.drainWaiters = []
        for waiter in waiters { waiter.resume() }
    }
}
