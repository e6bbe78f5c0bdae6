internal import Synchronization

/// Carries out what ``BatchBufferState`` decides, between one reader of a sequence and one writer of batches.
final class BatchBuffer: Sendable {
    private struct Shared {
        var machine: BatchBufferState
        var writer: CheckedContinuation<[NewEvent]?, any Error>?
        var reader: CheckedContinuation<Void, Never>?
    }

    private let shared: Mutex<Shared>

    init(maximumCount: Int, maximumBytes: Int) {
        self.shared = Mutex(
            Shared(machine: BatchBufferState(maximumCount: maximumCount, maximumBytes: maximumBytes))
        )
    }

    /// Adds an event once there is room for it.
    ///
    /// - Throws: `CancellationError`.
    func append(_ event: NewEvent, size: Int) async throws {
        while self.shared.withLock({ $0.machine.mustWait(size: size) }) {
            await self.roomForMore()
            try Task.checkCancellation()
        }
        self.perform { $0.machine.received(event, size: size) }
    }

    /// No more events will come.
    func end(_ error: (any Error)? = nil) {
        self.perform { $0.machine.ended(error) }
    }

    /// The next batch, as soon as there is an event for it; nil at the end.
    ///
    /// - Throws: the error that the sequence ended with, or `CancellationError`.
    func next() async throws -> [NewEvent]? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { writer in
                self.perform { shared in
                    shared.writer = writer
                    return shared.machine.demanded()
                }
                if Task.isCancelled { self.end(CancellationError()) }
            }
        } onCancel: {
            self.end(CancellationError())
        }
    }

    private func roomForMore() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { reader in
                self.perform { shared in
                    shared.reader = reader
                    return shared.machine.heldUp()
                }
                if Task.isCancelled { self.releaseReader() }
            }
        } onCancel: {
            self.releaseReader()
        }
    }

    private func releaseReader() {
        let reader = self.shared.withLock { shared in
            defer { shared.reader = nil }
            return shared.reader
        }
        reader?.resume()
    }

    /// Changes the state, and then carries out the resulting actions outside the lock.
    private func perform(_ change: (inout sending Shared) -> BatchBufferState.Actions) {
        let (deliver, writer, reader) = self.shared.withLock { shared in
            let actions = change(&shared)
            let writer = actions.deliver == nil ? nil : shared.writer
            let reader = actions.resumeReader ? shared.reader : nil
            if actions.deliver != nil { shared.writer = nil }
            if actions.resumeReader { shared.reader = nil }
            return (actions.deliver, writer, reader)
        }
        reader?.resume()
        switch deliver {
        case nil: break
        case .batch(let events): writer?.resume(returning: events)
        case .end: writer?.resume(returning: nil)
        case .error(let error): writer?.resume(throwing: error)
        }
    }
}
