internal import Synchronization

/// What a worker is about, which the events that it processes tell while there are any.
final class WorkerStanding: Sendable {
    private enum State {
        case idle
        case starting
        case processing(@Sendable () -> Readiness)
    }

    /// That of the worker which runs this task.
    @TaskLocal private static var current: WorkerStanding?

    private let state = Mutex(State.idle)

    /// The worker has its subscription from now on, if a worker runs this task. What its handlers process is their affair.
    static func processes(_ readiness: @escaping @Sendable () -> Readiness) {
        self.current?.state.withLock { state in
            if case .starting = state { state = .processing(readiness) }
        }
    }

    /// The worker has lost its subscription, and gets another one.
    static func startsAgain() {
        self.current?.state.withLock { $0 = .starting }
    }

    func running(_ body: () async throws -> Void) async throws {
        self.state.withLock { $0 = .starting }
        defer { self.state.withLock { $0 = .idle } }
        try await Self.$current.withValue(self, operation: body)
    }

    var readiness: Readiness {
        switch self.state.withLock({ $0 }) {
        case .idle: Readiness(isReady: false, description: "not running")
        case .starting: Readiness(isReady: false, description: "starting")
        case .processing(let readiness): readiness()
        }
    }
}
