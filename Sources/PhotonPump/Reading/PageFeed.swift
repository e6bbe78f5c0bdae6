internal import PhotonPumpWire
internal import Synchronization

/// The pages of one reading of a stream, fetched ahead by one: performs what ``PageFeedState`` decides.
///
/// The iterator owns it; when the iterator is gone, so is the page on its way.
final class PageFeed: Sendable {
    private typealias Consumer = CheckedContinuation<[ResolvedRecord]?, any Error>

    private struct Shared {
        var machine: PageFeedState
        var consumer: Consumer?
        /// The conversation that fetches the page on its way.
        var reading: GUID?
    }

    private let client: Client
    private let range: Result<ReadRange, PhotonPumpError>
    private let options: ReadOptions
    private let shared: Mutex<Shared>

    init(client: Client, range: Result<ReadRange, PhotonPumpError>, options: ReadOptions) {
        self.client = client
        self.range = range
        self.options = options
        self.shared = Mutex(Shared(machine: PageFeedState(range)))
    }

    deinit {
        if let reading = self.shared.withLock({ $0.reading }) { self.client.cancel(reading) }
    }

    /// The next page, not empty; nil at the end.
    func nextPage(isolation: isolated (any Actor)?) async throws -> [ResolvedRecord]? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { consumer in
                self.perform { shared in
                    shared.consumer = consumer
                    return shared.machine.demanded()
                }
                if Task.isCancelled { self.cancel() }
            }
        } onCancel: {
            self.cancel()
        }
    }

    private func cancel() {
        let reading = self.shared.withLock { shared in
            defer { shared.reading = nil }
            return shared.reading
        }
        if let reading { self.client.cancel(reading) }
        self.perform { $0.machine.cancelled() }
    }

    /// Changes the state and does what follows, the latter outside of the lock.
    private func perform(_ change: (inout sending Shared) -> PageFeedState.Actions) {
        let id = self.client.nextID()
        let (actions, consumer) = self.shared.withLock { shared in
            let actions = change(&shared)
            if actions.read != nil { shared.reading = id }
            guard actions.deliver != nil else { return (actions, Consumer?.none) }
            defer { shared.consumer = nil }
            return (actions, shared.consumer)
        }
        if let number = actions.read { self.read(at: number, id) }
        switch actions.deliver {
        case nil: break
        case .page(let page): consumer?.resume(returning: page)
        case .end: consumer?.resume(returning: nil)
        case .error(let error): consumer?.resume(throwing: error)
        }
    }

    private func read(at number: Int64, _ id: GUID) {
        guard case .success(let range) = self.range else { return }
        let terms: CallTerms
        do throws(PhotonPumpError) {
            terms = try self.client.terms(self.options.call)
        } catch {
            return self.perform { $0.machine.failed(error) }
        }
        let conversation = range.conversation(at: number, self.options)
        // An iterator that is gone has cancelled the conversation, or is about to.
        let exchange = Exchange(conversation, id: id, terms: terms) { [weak self] result in
            self?.perform { shared in
                switch result {
                case .success(let reply): shared.machine.received(reply)
                case .failure(let error): shared.machine.failed(error)
                }
            }
        }
        self.client.begin(exchange)
    }
}
