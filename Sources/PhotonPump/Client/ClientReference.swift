internal import Synchronization

/// How the parts of a client report to it: they are made before it is, and must not keep it.
final class ClientReference: Sendable {
    private struct Weak {
        weak var client: Client?
    }

    private let state = Mutex(Weak())

    /// nil before the client is made, and once it is deallocated.
    var client: Client? { self.state.withLock { $0.client } }

    func set(_ client: Client) {
        self.state.withLock { $0.client = client }
    }

    /// Calls the client; on its queue only.
    func perform(_ body: (isolated Client) -> Void) {
        self.client?.assumeIsolated(body)
    }
}
