internal import PhotonPumpWire
internal import Synchronization

/// The pages of one reading, fetched one ahead: carries out what ``PageFeedState`` decides.
///
/// The iterator owns it. When the iterator is deallocated, the request for the next page is cancelled.
final class PageFeed<Source: PageSource>: Sendable {
    private typealias Machine = PageFeedState<Source.Element, Source.Cursor>
    private typealias Consumer = Outcome<[Source.Element]?>

    private struct Shared {
        var machine: Machine
        var consumer: Consumer?
        /// The conversation that is fetching the next page.
        var reading: GUID?
    }

    private let client: Client
    private let source: Result<Source, PhotonPumpError>
    private let shared: Mutex<Shared>
    /// Of the iteration.
    private let id: GUID

    /// - Parameter source: what to read, or why it cannot be read, which the first page reports.
    init(client: Client, source: Result<Source, PhotonPumpError>) {
        self.client = client
        self.source = source
        self.id = client.nextID()
        self.shared = Mutex(Shared(machine: Machine(source.map(\.start))))
    }

    deinit {
        if let reading = self.shared.withLock({ $0.reading }) { self.client.cancel(reading) }
        self.client.end(self.id)
    }

    /// Whether nothing more is handed out, not even the rest of a page.
    var isClosed: Bool { self.client.isOver }

    /// The next page, which is not empty; nil at the end.
    ///
    /// - Parameter isCutOff: whether the consumer had to leave a page unfinished.
    func nextPage(isCutOff: Bool, isolation actor: isolated (any Actor)?) async throws -> [Source.Element]? {
        if self.isClosed { self.perform { $0.machine.closed(Client.closure, isCutOff: isCutOff) } }
        do {
            if !self.isClosed { try self.client.advance(self.id) }
            if let page = try await self.takePage(isolation: actor) { return page }
        } catch {
            self.client.end(self.id)
            throw error
        }
        self.client.end(self.id)
        return nil
    }

    private func takePage(isolation: isolated (any Actor)?) async throws -> [Source.Element]? {
        // Before anything is awaited, so that the first page is requested in its turn among the caller's other calls.
        let page = Consumer()
        self.perform { shared in
            shared.consumer = page
            return shared.machine.demanded()
        }
        return try await withTaskCancellationHandler {
            try await page.value()
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

    /// Changes the state, and then carries out the resulting actions outside the lock.
    private func perform(_ change: (inout sending Shared) -> Machine.Actions) {
        let id = self.client.nextID()
        let (actions, consumer) = self.shared.withLock { shared in
            let actions = change(&shared)
            if actions.read != nil { shared.reading = id }
            guard actions.deliver != nil else { return (actions, Consumer?.none) }
            defer { shared.consumer = nil }
            return (actions, shared.consumer)
        }
        if let cursor = actions.read { self.read(at: cursor, id) }
        switch actions.deliver {
        case nil: break
        case .page(let page): consumer?.settle(.success(page))
        case .end: consumer?.settle(.success(nil))
        case .error(let error): consumer?.settle(.failure(error))
        }
    }

    private func read(at cursor: Source.Cursor, _ id: GUID) {
        guard case .success(let source) = self.source else { return }
        let terms: CallTerms
        do throws(PhotonPumpError) {
            terms = try self.client.terms(source.options.call)
        } catch {
            return self.perform { $0.machine.failed(error) }
        }
        // When the iterator is deallocated, the conversation is cancelled anyway.
        let exchange = source.exchange(at: cursor, id: id, terms: terms) { [weak self] result in
            self?.perform { shared in
                if shared.reading == id { shared.reading = nil }
                return switch result {
                case .success(let reply): shared.machine.received(source.page(reply))
                case .failure(let error): shared.machine.failed(error)
                }
            }
        }
        self.client.begin(exchange)
    }
}
