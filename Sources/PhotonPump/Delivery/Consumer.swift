internal import Synchronization

/// The one task that takes batches, one after another, as those see it who have them.
///
/// A pure machine decides under its lock what is delivered and when, for which it has a ``Demand``. Whoever asked it
/// carries that out once the lock is open: ``deliver(_:)`` resumes the task.
final class Consumer<Batch: Sendable>: Sendable {
    private struct State {
        var outcome: Outcome<Batch?>?
        /// Whether its task shuts down gracefully.
        var isStopping = false
    }

    private let state = Mutex(State())

    /// The next batch; nil at the end. Only one task may wait at a time.
    ///
    /// - Throws: ``PhotonPumpError/Code/invalidArgument`` at once if another one does, which goes on waiting.
    /// - Parameters:
    ///   - demand: tells the machine that the consumer waits. This is called before anything is awaited, so that the
    ///     requests that follow from it have their turn among the caller's others.
    ///   - cancel: tells it that the consumer's task is cancelled; it must then deliver, at the latest in answer to
    ///     `demand`.
    ///   - stop: tells it that the consumer's task shuts down gracefully; it must then deliver, too. nil if the consumer
    ///     has to come to the end.
    func next(
        demand: () -> Void, cancel: @Sendable () -> Void, stop: (@Sendable () -> Void)? = nil
    ) async throws -> Batch? {
        let outcome = Outcome<Batch?>()
        let isFirst = self.state.withLock { state in
            guard state.outcome == nil else { return false }
            state.outcome = outcome
            return true
        }
        guard isFirst else {
            throw PhotonPumpError(
                .invalidArgument, "an iterator was advanced by two tasks at once; each needs an iterator of its own")
        }
        let stop = stop.map { stop in
            { @Sendable in
                self.state.withLock { $0.isStopping = true }
                stop()
            }
        }
        // It receives nothing more then, whatever there is.
        if Task.isCancelled { cancel() }
        if let stop, GracefulShutdown.hasBegun { stop() }
        demand()
        return try await withTaskCancellationHandler {
            guard let stop else { return try await outcome.value() }
            return try await GracefulShutdown.watch({ try await outcome.value() }, stop: stop)
        } onCancel: {
            cancel()
        }
    }

    /// Resumes the task, if it waits.
    func deliver(_ delivery: Delivery<Batch>) {
        let (outcome, isStopping) = self.state.withLock { ($0.outcome.take(), $0.isStopping) }
        switch delivery {
        case .batch(let batch): outcome?.resolve(.success(batch))
        case .end: outcome?.resolve(.success(nil))
        case .error(let error as PhotonPumpError) where error.code == .clientClosed && isStopping:
            // The client ends, too, and nothing is amiss. A client that ends before is a mistake, which is said.
            outcome?.resolve(.success(nil))
        case .error(let error): outcome?.resolve(.failure(error))
        }
    }
}
