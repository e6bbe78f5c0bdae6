internal import PhotonPumpWire
internal import Synchronization

/// Workers: tasks that process events until they are told to stop.
extension Client {
    /// Whether this task belongs to a worker. Its calls are accepted even while the client is being closed, so that it
    /// can finish its work.
    @TaskLocal static var isAtWork = false

    /// Runs `body`. While the client drains, ``close(drainingFor:)`` calls `stop` and waits for `body` to return.
    nonisolated func work<Output: Sendable>(
        _ body: () async -> Output, stop: @escaping @Sendable () -> Void
    ) async -> Output {
        let id = self.nextID()
        await self.enrol(id, stop)
        let output = await Self.$isAtWork.withValue(true) { await body() }
        await self.discharge(id)
        return output
    }

    private func enrol(_ id: GUID, _ stop: @escaping @Sendable () -> Void) {
        self.workers[id] = stop
        if self.isClosing.load(ordering: .relaxed) { stop() }
    }

    private func discharge(_ id: GUID) {
        self.workers[id] = nil
        if !self.drainWaiters.isEmpty, self.isDrained { self.finishDraining() }
    }
}
