import Foundation

/// Runs `body` until it ends, or until SIGINT or SIGTERM asks it to: then its task is cancelled, and ending because of
/// that is no error. What was printed has been written when it returns.
func interruptible(_ body: @escaping @Sendable () async throws -> Void) async throws {
    let work = Task { try await body() }
    let sources = [SIGINT, SIGTERM].map { number in
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler { work.cancel() }
        source.activate()
        return source
    }
    defer { for source in sources { source.cancel() } }
    do {
        try await work.value
    } catch is CancellationError where work.isCancelled {}
    try flushOutput()
}
