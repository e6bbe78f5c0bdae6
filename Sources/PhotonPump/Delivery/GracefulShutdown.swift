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
    static func cancelling(_ body: @escaping @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await body() }
            tasks.addTask {
                try await self.begin()
                throw CancellationError()
            }
            defer { tasks.cancelAll() }
            try await tasks.next()
        }
    }

    /// Returns when it begins.
    ///
    /// - Throws: `CancellationError`.
    static func begin() async throws {
        let beginning = Outcome<Void>()
        try await self.watch({ try await beginning.wait() }, stop: { beginning.resolve(.success(())) })
    }
}
