internal import PhotonPumpWire
internal import Synchronization

/// Those who deal with events as they come, until they are told to stop.
extension Client {
    /// Whether the task is a worker's: the calls it makes to finish its work are made even while the client waits to be
    /// closed.
    @TaskLocal static var isAtWork = false

    /// Runs `body`, which ``close(drainingFor:)`` asks to end by `stop`, and waits for.
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
