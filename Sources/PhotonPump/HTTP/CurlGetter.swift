internal import Dispatch
internal import Synchronization

/// Makes requests with libcurl, which blocks, on two threads of its own.
final class CurlGetter: HTTPGetter {
    /// Serial queues: on Linux, blocking work on a concurrent queue or an operation queue takes threads away from
    /// tasks.
    private let queues = [DispatchQueue(label: "photonpump.http.0"), DispatchQueue(label: "photonpump.http.1")]
    private let count = Atomic(0)

    func get(_ request: HTTPRequest) async throws -> HTTPResponse {
        let outcome = Outcome<HTTPResponse>()
        let number = self.count.wrappingAdd(1, ordering: .relaxed).oldValue
        self.queues[number & 1].async {
            // The task may be cancelled while this waits for its turn, and later, too.
            guard !outcome.isSettled else { return }
            outcome.settle(Result { try CurlTransfer(request).perform { outcome.isSettled } })
        }
        return try await outcome.wait()
    }
}
