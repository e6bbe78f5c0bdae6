internal import Logging
internal import PhotonPumpTransport
internal import PhotonPumpWire
internal import Synchronization

/// Someone who closes the client, and waits for others to finish.
struct DrainWaiter {
    /// What is not waited for.
    let own: Work
    /// Receives whether everything else has ended.
    let continuation: CheckedContinuation<Bool, Never>
}

/// The end of a client.
extension Client {
    /// Closes the connection for good. By the time this returns, waiting calls have failed with
    /// ``PhotonPumpError/Code/clientClosed``; later calls fail the same way. Iterations and subscriptions hand nothing more
    /// out, not even what they have received already, and no further handler is started. Closing again does nothing.
    public func close() {
        self.isClosing.store(true, ordering: .relaxed)
        self.isClosed.store(true, ordering: .relaxed)
        self.lastCall = nil
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
        for request in self.requests.values { request.settle(.failure(error)) }
        self.endSubscriptions(Self.closure)
        self.announce(.closed)
        self.finishDraining()
        self.logger.debug("closed")
    }

    /// What ends what is not a call.
    static var closure: PhotonPumpError { PhotonPumpError(.clientClosed, "the client was closed") }

    /// Lets calls in progress finish within the given time, and then closes the client as ``close()`` does. New calls
    /// fail with ``PhotonPumpError/Code/clientClosed`` at once.
    ///
    /// Workers, that is ``follow(_:from:checkpoint:every:orAfter:maxConcurrent:partitionedBy:options:handler:)`` and
    /// the `process` methods, are stopped as by `stop()`: running handlers finish, the calls they make still work, and
    /// then checkpoints are saved. Persistent subscriptions are stopped as well; their consumers can still acknowledge
    /// the events they have. An iteration that has begun can go on to its end, which counts as a call in progress.
    ///
    /// In the midst of such work (in a handler, or in a loop over events), this does not wait for that: it returns when
    /// nothing else is left to do. The client closes once that work has ended, too, or the time is up.
    ///
    /// Cancelling the task closes the client right away.
    ///
    /// - Parameter patience: the time to wait.
    public func close(drainingFor patience: Duration) async {
        let (own, deadline) = (Work.current, ContinuousClock.now + min(max(patience, .zero), CallTerms.longest))
        self.isClosing.store(true, ordering: .relaxed)
        self.turn {
            for subscriber in self.subscribers.present { subscriber.windUp() }
            for stop in self.workers.values { stop() }
        }
        self.endPauses()
        var isDrained = self.isDrained(besides: own)
        if !isDrained {
            let timer = self.timer(until: deadline) { $0.finishDraining() }
            isDrained = await withTaskCancellationHandler {
                await withCheckedContinuation {
                    self.drainWaiters.append(DrainWaiter(own: own, continuation: $0))
                }
            } onCancel: {
                self.executor.run(here: false) { self.assumeIsolated { $0.finishDraining() } }
            }
            // The timer fires only while it is retained.
            withExtendedLifetime(timer) {}
        }
        if isDrained, !self.isDrained(), !self.isOver, !Task.isCancelled {
            self.lastCall = self.timer(until: deadline) { $0.close() }
        } else {
            self.close()
        }
    }

    private func timer(
        until deadline: ContinuousClock.Instant, _ action: @escaping @Sendable (isolated Client) -> Void
    ) -> QueueTimer {
        let timer = QueueTimer(on: self.executor.queue) { [weak self] in self?.assumeIsolated { action($0) } }
        timer.schedule(after: deadline - .now)
        return timer
    }

    /// Whether no call, worker, iteration or subscription has anything left to do, except for what belongs to this work.
    func isDrained(besides own: Work? = nil) -> Bool {
        self.table.isEmpty && self.line.isEmpty && self.requests.isEmpty
            && self.workers.keys.allSatisfy { own?.workers.contains($0) ?? false }
            && self.subscribers.isQuiet(besides: own) && self.iterations.areOver(besides: own)
    }

    /// Something that is waited for may have ended.
    func lookWhetherDrained() {
        guard self.isClosing.load(ordering: .relaxed) else { return }
        let waiters = self.drainWaiters
        self.drainWaiters = []
        for waiter in waiters {
            if self.isDrained(besides: waiter.own) {
                waiter.continuation.resume(returning: true)
            } else {
                self.drainWaiters.append(waiter)
            }
        }
        if self.lastCall != nil, self.isDrained() { self.close() }
    }

    func finishDraining() {
        let waiters = self.drainWaiters
        self.drainWaiters = []
        for waiter in waiters { waiter.continuation.resume(returning: false) }
    }
}
