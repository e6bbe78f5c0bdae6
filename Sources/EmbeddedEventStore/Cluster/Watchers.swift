internal import PhotonPumpWire

/// Tasks that wait for a value to meet a condition; used within one actor.
final class Watchers<Value> {
    private var watchers: [Int: (condition: (Value) -> Bool, met: AsyncStream<Never>.Continuation)] = [:]
    private var watchersMade = 0

    var count: Int { self.watchers.count }

    /// Returns as soon as `condition` is true of the value; at once if it is true of `value`, the present one.
    ///
    /// - Throws: `CancellationError` if the task is cancelled first.
    func wait(_ value: Value?, until condition: @escaping (Value) -> Bool) async throws {
        try Task.checkCancellation()
        if let value, condition(value) { return }
        self.watchersMade += 1
        let id = self.watchersMade
        let (ending, met) = AsyncStream.makeStream(of: Never.self)
        self.watchers[id] = (condition, met)
        for await _ in ending {}
        // Whoever is still there was not met.
        if self.watchers.removeValue(forKey: id) != nil { throw CancellationError() }
    }

    func valueChanged(to value: Value) {
        for (id, watcher) in self.watchers.inOrder where watcher.condition(value) {
            self.watchers.removeValue(forKey: id)?.met.finish()
        }
    }
}
