internal import Dispatch
internal import Synchronization

/// Makes requests with libcurl, which blocks, on two threads of its own.
final class CurlGetter: HTTPGetter {
    /// Serial queues: on Linux, blocking work on a concurrent queue or an operation queue takes threads away from
    /// tasks.
    private let queues = [DispatchQueue(label: "photonpump.http.0"), DispatchQueue(label: "photonpump.http.1")]
    private let count = Atomic(0)
    /// Where transfers are ended that libcurl does not end in time, and how long it has to do so.
    private static let limits = DispatchQueue(label: "photonpump.http.limits")
    private static let grace = 0.25

    func get(_ request: HTTPRequest) async throws -> HTTPResponse {
        let outcome = Outcome<HTTPResponse>()
        let sockets = CurlSockets()
        let number = self.count.wrappingAdd(1, ordering: .relaxed).oldValue
        self.queues[number & 1].async {
            // The task may be cancelled while this waits for its turn, and later, too.
            guard !outcome.isSettled else { return }
            let transfer = CurlTransfer(request, sockets)
            let limit = DispatchWorkItem { sockets.abandon() }
            Self.limits.asyncAfter(deadline: .now() + request.timeout / .seconds(1) + Self.grace, execute: limit)
            defer { limit.cancel() }
            outcome.settle(Result { try transfer.perform { outcome.isSettled } })
        }
        return try await withTaskCancellationHandler {
            try await outcome.wait()
        } onCancel: {
            sockets.abandon()
        }
    }
}
