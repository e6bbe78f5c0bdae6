internal import CCurl
internal import Foundation

/// Asks with libcurl, which blocks, on two threads of its own.
final class CurlGetter: HTTPGetter {
    private let threads: OperationQueue

    init() {
        self.threads = OperationQueue()
        self.threads.name = "photonpump.http"
        self.threads.maxConcurrentOperationCount = 2
    }

    func get(_ request: HTTPRequest) async throws -> HTTPResponse {
        let outcome = Outcome<HTTPResponse>()
        self.threads.addOperation {
            // The task may be cancelled while this waits for its turn, and later too.
            guard !outcome.isSettled else { return }
            outcome.settle(Result { try CurlTransfer(request).perform { outcome.isSettled } })
        }
        return try await outcome.wait()
    }
}
