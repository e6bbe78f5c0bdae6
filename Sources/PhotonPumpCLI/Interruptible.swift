import Foundation
import Synchronization

/// Runs `body` until it ends, or until SIGINT or SIGTERM asks it to: then its task is cancelled, and ending because of
/// that is no error. What was printed has been written when it returns. A second signal, which the first one's line on
/// stderr tells of, ends the process at once.
func interruptible(_ body: @escaping @Sendable () async throws -> Void) async throws {
    let work = Task { try await body() }
    let isAsked = Asked()
    let sources = [SIGINT, SIGTERM].map { number in
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler {
            // As shells report a process that died of a signal. What was not printed yet is lost.
            if isAsked.again() || source.data > 1 { _exit(128 + number) }
            ProgressLine.note("stopping; press Ctrl-C again to end at once")
            work.cancel()
        }
        source.activate()
        return source
    }
    defer { for source in sources { source.cancel() } }
    do {
        try await work.value
    } catch is CancellationError where work.isCancelled {}
    try flushOutput()
}

/// Whether a process has been asked to end.
private final class Asked: Sendable {
    private let flag = Atomic(false)

    /// Whether this is not the first time.
    func again() -> Bool { self.flag.exchange(true, ordering: .relaxed) }
}
