import Foundation
import UnixSignals

/// Runs `body` until it ends, or until SIGINT or SIGTERM asks it to: then its task is cancelled, and ending because of
/// that is no error. What was printed has been written when it returns. A second signal, which the first one's line on
/// stderr tells of, ends the process at once.
func interruptible(_ body: @escaping @Sendable () async throws -> Void) async throws {
    // First of all: who sees the first line printed may send a signal.
    let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
    let work = Task { try await body() }
    let listening = Task {
        var isAsked = false
        for await signal in signals {
            // As shells report a process that died of a signal. What was not printed yet is lost.
            if isAsked {
                TerminalScreen.restore()
                _exit(128 + signal.rawValue)
            }
            isAsked = true
            ProgressLine.note("stopping; press Ctrl-C again to end at once")
            work.cancel()
        }
    }
    defer { listening.cancel() }
    do {
        try await work.value
    } catch is CancellationError where work.isCancelled {}
    try flushOutput()
}
