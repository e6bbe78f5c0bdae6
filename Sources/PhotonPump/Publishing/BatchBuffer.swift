internal import Synchronization

/// Carries out what ``BatchBufferState`` decides, between one reader of a sequence and one writer of batches.
final class BatchBuffer: Sendable {
    private let machine: Mutex<BatchBufferState>
    private let writer = Consumer<[NewEvent]>()
    /// Waits for room.
    private let reader = Consumer<Void>()

    init(maximumCount: Int, maximumBytes: Int) {
        self.machine = Mutex(BatchBufferState(maximumCount: maximumCount, maximumBytes: maximumBytes))
    }

    /// Adds an event once there is room for it.
    ///
    /// - Throws: `CancellationError`.
    func append(_ event: NewEvent, size: Int) async throws {
        while self.machine.withLock({ $0.mustWait(size: size) }) {
            try await self.reader.next {
                self.perform { $0.heldUp() }
            } cancel: {
                self.reader.deliver(.error(CancellationError()))
            }
        }
        self.perform { $0.received(event, size: size) }
    }

    /// No more events will come.
    func end(_ error: (any Error)? = nil) {
        self.perform { $0.ended(error) }
    }

    /// The next batch, as soon as there is an event for it; nil at the end.
    ///
    /// - Throws: the error that the sequence ended with, or `CancellationError`.
    func next() async throws -> [NewEvent]? {
        try await self.writer.next {
            self.perform { $0.demanded() }
        } cancel: {
            self.end(CancellationError())
        }
    }

    private func perform(_ change: (inout BatchBufferState) -> [BatchBufferState.Action]) {
        for action in self.machine.withLock({ change(&$0) }) {
            switch action {
            case .admit: self.reader.deliver(.batch(()))
            case .deliver(let delivery): self.writer.deliver(delivery)
            }
        }
    }
}
