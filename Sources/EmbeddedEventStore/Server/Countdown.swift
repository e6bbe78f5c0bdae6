internal import Synchronization

/// Does something once everybody has left who entered, from one who has at first.
final class Countdown: Sendable {
    private let rest = Mutex(1)
    private let done: @Sendable () -> Void

    init(_ done: @escaping @Sendable () -> Void) {
        self.done = done
    }

    func enter() {
        self.rest.withLock { $0 += 1 }
    }

    func leave() {
        let isLast = self.rest.withLock { rest in
            rest -= 1
            return rest == 0
        }
        if isLast { self.done() }
    }
}
