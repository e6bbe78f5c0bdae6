internal import Logging
internal import PhotonPumpTransport
internal import PhotonPumpWire
internal import Synchronization

/// The end of a client.
extension Client {
    /// Closes the connection for good. By the time this returns, waiting calls have failed with
    /// ``PhotonPumpError/Code/clientClosed``; later calls fail the same way. Iterations and subscriptions hand nothing more
    /// out, not even what they have received already, and no further handler is started. Closing again does nothing.
    public func close() {
        self.intake.close()
        self.workers.cancelLastCall()
        self.turn {
            for subscriber in self.subscribers.present { subscriber.flush() }
        }
        self.subscribers.pauses.endAll()
        if case .closed = self.connector.phase { return }
        let error = self.closedError("the client was closed while this call waited")
        self.dropConnections()
        self.connector.close(now: self.environment.now)
        self.failWaiting(
            error, connecting: self.closedError("the client was closed while it connected"))
        self.workers.failRequests(error)
        self.endSubscriptions(self.closedError())
        self.observers.announce(.closed)
        self.context.metrics?.note(self.calls.load)
        self.workers.giveUp()
        self.logger.debug("closed")
    }

    nonisolated func closedError(_ words: String) -> PhotonPumpError {
        let advice = ", as its service group shuts down; list the client before the services that use it"
        return PhotonPumpError(.clientClosed, words + (self.intake.isClosedByGroup ? advice : ""))
    }

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
        await self.close(drainingFor: patience, byGroup: false)
    }

    /// The same.
    ///
    /// - Parameter byGroup: whether it is because a service group shuts down. Whoever uses the client then, and does not
    ///   shut down itself, should have been listed after it, and is told so.
    func close(drainingFor patience: Duration, byGroup: Bool) async {
        let own = Work.current
        let deadline = self.environment.now + min(max(patience, .zero), CallTerms.longest)
        self.intake.beginClosing(byGroup: byGroup)
        let error = byGroup ? self.closedError() : nil
        self.turn {
            for subscriber in self.subscribers.present { subscriber.drain(error) }
            self.workers.stopAll(error)
        }
        self.subscribers.pauses.endAll()
        var isDrained = self.isDrained(besides: own)
        if !isDrained {
            let timer = self.context.timer(at: deadline) { [weak self] in
                self?.assumeIsolated { $0.workers.giveUp() }
            }
            isDrained = await withTaskCancellationHandler {
                await withCheckedContinuation { self.workers.wait(besides: own, $0) }
            } onCancel: {
                self.executor.run(here: false) { self.assumeIsolated { $0.workers.giveUp() } }
            }
            // The timer fires only while it is retained.
            withExtendedLifetime(timer) {}
        }
        if isDrained, !self.isDrained(), !self.isOver, !Task.isCancelled {
            let timer = self.context.timer(at: deadline) { [weak self] in self?.assumeIsolated { $0.close() } }
            self.workers.callLast(timer)
        } else {
            self.close()
        }
    }

    /// Whether no call, worker, iteration or subscription has anything left to do, except for what belongs to this work.
    private func isDrained(besides own: Work? = nil) -> Bool {
        self.calls.isEmpty && self.workers.areDone(besides: own) && self.subscribers.isQuiet(besides: own)
            && self.intake.iterations.areOver(besides: own)
    }

    /// Something that is waited for may have ended.
    func lookWhetherDrained() {
        guard self.intake.isClosing else { return }
        self.workers.look { self.isDrained(besides: $0) }
        if self.workers.isLastCall, self.isDrained() { self.close() }
    }
}
