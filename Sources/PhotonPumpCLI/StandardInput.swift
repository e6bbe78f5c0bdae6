import Foundation
import Synchronization

/// Stdin, read in pieces on a thread of its own, because reading blocks.
final class StandardInput: Sendable {
    private typealias Reader = CheckedContinuation<Result<[UInt8], InputError>?, Never>

    private static let pieceSize = 256 << 10

    private let queue = DispatchQueue(label: "pump.stdin")
    private let waiting = Mutex<Reader?>(nil)

    /// What comes next; nothing at the end of the input, and nil when the task is cancelled.
    func nextPiece() async throws(InputError) -> [UInt8]? {
        let piece = await withTaskCancellationHandler {
            await withCheckedContinuation { reader in
                self.waiting.withLock { $0 = reader }
                if Task.isCancelled { return self.resume(with: nil) }
                self.queue.async {
                    self.resume(
                        with: Result { () throws(InputError) in
                            try StandardStream.read(atMost: Self.pieceSize)
                        })
                }
            }
        } onCancel: {
            self.resume(with: nil)
        }
        return try piece?.get()
    }

    /// Whether there is something to read at once, from a pipe or a file.
    static var hasMore: Bool {
        var count: CInt = 0
        return isatty(STDIN_FILENO) == 0 && ioctl(STDIN_FILENO, UInt(FIONREAD), &count) == 0 && count > 0
    }

    private func resume(with piece: Result<[UInt8], InputError>?) {
        self.waiting.withLock { $0.take() }?.resume(returning: piece)
    }
}
