// No race, but one for ThreadSanitizer without threads.txt: it does not see that what resumes a continuation comes before
// the await where the task has not begun to wait yet.

import Dispatch
import Foundation

func answer<Value: Sendable>(_ value: Value) async throws -> Value {
    try await withUnsafeThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: .success(value)) }
        // Long enough for that.
        usleep(20_000)
    }
}

/// Has something of its own where the frames of the calls before it were.
@inline(never)
func double(_ numbers: [Int]) async throws -> [Int] {
    let answered = try await answer(numbers + [0])
    var (first, second, third, fourth) = (1, 2, 3, 4)
    await Task.yield()
    first += 1
    second += 1
    third += 1
    fourth += 1
    return answered + [first, second, third, fourth]
}

for number in 0..<20 {
    let count = try await Task { try await double(answer([number])).count }.value
    precondition(count == 6)
}
