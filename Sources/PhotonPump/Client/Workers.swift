internal import PhotonPumpTransport
internal import PhotonPumpWire

/// What closing with patience waits for, besides calls: workers, which are tasks that process events until they are told
/// to stop, and requests over HTTP. And those who wait. Used on the client's queue only.
final class Workers {
    private struct Waiter {
        /// What is not waited for.
        let own: Work
        /// Receives whether everything else has ended.
        let continuation: CheckedContinuation<Bool, Never>
    }

    /// Each with the closure that stops it.
    private var workers: [GUID: @Sendable (PhotonPumpError?) -> Void] = [:]
    private var requests: [GUID: Outcome<ServerAnswer>] = [:]
    private var waiters: [Waiter] = []
    /// Closes the client that only the caller's own work keeps open.
    private var lastCall: QueueTimer?

    var isEmpty: Bool { self.workers.isEmpty }

    /// Whether nothing is left to do, except for what belongs to this work.
    func areDone(besides own: Work?) -> Bool {
        self.requests.isEmpty && self.workers.keys.allSatisfy { own?.workers.contains($0) ?? false }
    }

    func enrol(_ id: GUID, _ stop: @escaping @Sendable (PhotonPumpError?) -> Void) {
        self.workers[id] = stop
    }

    func discharge(_ id: GUID) {
        self.workers[id] = nil
    }

    /// - Parameter error: what they should end with, if they should.
    func stopAll(_ error: PhotonPumpError?) {
        for (_, stop) in self.workers.inOrder { stop(error) }
    }

    func begin(_ request: Outcome<ServerAnswer>, _ id: GUID) {
        self.requests[id] = request
    }

    func end(request id: GUID) {
        self.requests[id] = nil
    }

    func failRequests(_ error: PhotonPumpError) {
        for (_, request) in self.requests.inOrder { request.resolve(.failure(error)) }
    }

    // MARK: Those who wait

    var isAnyoneWaiting: Bool { !self.waiters.isEmpty }

    func wait(besides own: Work, _ continuation: CheckedContinuation<Bool, Never>) {
        self.waiters.append(Waiter(own: own, continuation: continuation))
    }

    /// Resumes the waiters for whom everything else has ended.
    func look(_ isDrained: (_ own: Work) -> Bool) {
        let waiters = self.waiters
        self.waiters = []
        for waiter in waiters {
            if isDrained(waiter.own) {
                waiter.continuation.resume(returning: true)
            } else {
                self.waiters.append(waiter)
            }
        }
    }

    /// Nobody waits any longer.
    func giveUp() {
        let waiters = self.waiters
        self.waiters = []
        for waiter in waiters { waiter.continuation.resume(returning: false) }
    }

    /// Whether the client closes as soon as the work of whoever closes it has ended, too.
    var isLastCall: Bool { self.lastCall != nil }

    /// - Parameter timer: closes the client when the time is up.
    func callLast(_ timer: QueueTimer) {
        self.lastCall = timer
    }

    func cancelLastCall() {
        self.lastCall = nil
    }
}
