/// Tasks that wait for a value to meet a condition; used within one actor.
struct Watchers<Value> {
    private struct Watcher {
        let condition: (Value) -> Bool
        let continuation: CheckedContinuation<Void, any Error>
    }

    private var watchers: [Int: Watcher] = [:]
    private var idsMade = 0

    mutating func makeID() -> Int {
        self.idsMade += 1
        return self.idsMade
    }

    mutating func add(
        _ id: Int,
        _ condition: @escaping (Value) -> Bool,
        _ continuation: CheckedContinuation<Void, any Error>
    ) {
        self.watchers[id] = Watcher(condition: condition, continuation: continuation)
    }

    mutating func cancel(_ id: Int) {
        self.watchers.removeValue(forKey: id)?.continuation.resume(throwing: CancellationError())
    }

    mutating func valueChanged(to value: Value) {
        for (id, watcher) in self.watchers where watcher.condition(value) {
            self.watchers[id] = nil
            watcher.continuation.resume()
        }
    }
}
