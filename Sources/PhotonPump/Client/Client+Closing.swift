internal import Logging
internal import PhotonPumpTransport
internal import Synchronization

/// The end of a client.
extension Client {
    /// Closes the connection for good. Calls that wait have failed with ``PhotonPumpError/Code/clientClosed`` when it
    /// returns, and so does every later one. Closing again does nothing.
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

    /// Lets the calls that were made before end, as long as the time allows, and then closes the client as ``close()``
    /// does. Calls made in the meantime fail with ``PhotonPumpError/Code/clientClosed`` at once.
    ///
    /// Whoever processes events (by ``follow(_:from:checkpoint:every:orAfter:maxConcurrent:partitionedBy:options:handler:)``
    /// or one of the `process` methods) is stopped as by `stop()`: handlers that run may finish, with the calls that they
    /// make, and then checkpoints are saved. Persistent subscriptions are stopped, too, and the events that their
    /// consumers are at can be acknowledged.
    ///
    /// Cancelling the task closes the client right away.
    ///
    /// - Parameter patience: how long to wait for them.
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
            // The timer fires as long as it is held.
            withExtendedLifetime(timer) {}
        }
        self.close()
    }

    /// Whether no call is left, nor anybody with something to do.
    var isDrained: Bool {
        self.table.isEmpty && self.line.isEmpty && self.workers.isEmpty && self.subscribers.isQuiet
    }

    func finishDraining() {
        let waiters = self.drainWaiters
        self.drainWaiters = []
        for waiter in waiters { waiter.resume() }
    }
}
