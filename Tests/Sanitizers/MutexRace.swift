// No race, but one for ThreadSanitizer without MutexOrder.c.

import Dispatch
import Synchronization

final class Counter: Sendable {
    let value = Mutex(0)
}

let counter = Counter()
DispatchQueue.concurrentPerform(iterations: 4) { _ in
    for _ in 0..<20_000 { counter.value.withLock { $0 += 1 } }
}
precondition(counter.value.withLock { $0 } == 80_000)
