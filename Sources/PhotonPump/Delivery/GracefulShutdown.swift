#if ServiceLifecycle
    internal import ServiceLifecycle
#endif

/// The graceful shutdown of the service group that the current task belongs to, if it belongs to one.
enum GracefulShutdown {
    /// Whether the task should come to an end.
    static var hasBegun: Bool {
        #if ServiceLifecycle
            Task.isShuttingDownGracefully
        #else
            false
        #endif
    }

    /// Runs `body`. When the shutdown begins, or if it has begun, `stop` is called, which must not ask whether it has.
    static func watch<Output>(
        _ body: () async throws -> Output, stop: @escaping @Sendable () -> Void
    ) async rethrows -> Output {
        #if ServiceLifecycle
            try await withGracefulShutdownHandler(operation: body, onGracefulShutdown: stop)
        #else
            try await body()
        #endif
    }

    /// Runs `body`, and cancels it when the shutdown begins.
    static func cancelling<Output: Sendable>(
        _ body: @escaping @Sendable () async throws -> Output
    ) async throws -> Output {
        #if ServiceLifecycle
            try await cancelWhenGracefulShutdown(body)
        #else
            try await body()
        #endif
    }

    /// Returns when it begins.
    ///
    /// - Throws: `CancellationError`.
    static func begin() async throws {
        #if ServiceLifecycle
            try await gracefulShutdown()
        #else
            try await Outcome<Void>().wait()
        #endif
    }
}
