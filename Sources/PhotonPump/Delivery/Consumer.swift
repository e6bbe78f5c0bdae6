internal import Synchronization

/// The one task that takes batches, one after another, as those see it who have them.
///
/// A pure machine decides under its lock what is delivered and when, for which it has a ``Demand``. Whoever asked it
/// carries that out once the lock is open: ``deliver(_:)`` resumes the task.
final class Consumer<Batch: Sendable>: Sendable {
    private let waiting = Mutex<Outcome<Batch?>?>(nil)

    /// The next batch; nil at the end. Only one task may wait at a time.
    ///
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
        self.waiting.withLock { waiting in
            precondition(waiting == nil, "an iterator was advanced by two tasks at once")
            waiting = outcome
        }
        // It receives nothing more then, whatever there is.
        if Task.isCancelled { cancel() }
        if let stop, GracefulShutdown.hasBegun { stop() }
        demand()
        return try await withTaskCancellationHandler {
            guard let stop else { return try await outcome.value() }
            do {
                return try await GracefulShutdown.watch({ try await outcome.value() }, stop: stop)
            } catch let error as PhotonPumpError where error.code == .clientClosed && GracefulShutdown.hasBegun {
                // Both end at the same time, and in this task nothing is amiss.
                return nil
            }
        } onCancel: {
            cancel()
        }
    }

    /// Resumes the task, if it waits.
    func deliver(_ delivery: Delivery<Batch>) {
        let outcome = self.waiting.withLock { $0.take() }
        switch delivery {
        case .batch(let batch): outcome?.resolve(.success(batch))
        case .end: outcome?.resolve(.success(nil))
        case .error(let error): outcome?.resolve(.failure(error))
        }
    }
}
