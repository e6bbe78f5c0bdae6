import Foundation
import Synchronization

/// Lines from stdin, read on a thread of their own, because reading blocks.
final class StandardInput: Sendable {
    private typealias Reader = CheckedContinuation<String?, Never>

    private let queue = DispatchQueue(label: "pump.stdin")
    private let waiting = Mutex<Reader?>(nil)

    /// The next line without its end; nil at the end of the input, and when the task is cancelled.
    func nextLine() async -> String? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { reader in
                self.waiting.withLock { $0 = reader }
                if Task.isCancelled { return self.resume(with: nil) }
                self.queue.async { self.resume(with: readLine()) }
            }
        } onCancel: {
            self.resume(with: nil)
        }
    }

    private func resume(with line: String?) {
        self.waiting.withLock { $0.take() }?.resume(returning: line)
    }
}
