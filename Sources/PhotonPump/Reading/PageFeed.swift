internal import PhotonPumpWire
internal import Synchronization

/// The pages of one reading, fetched one ahead: carries out what ``PageFeedState`` decides.
///
/// The iterator owns it. When the iterator is deallocated, the request for the next page is cancelled.
final class PageFeed<Source: PageSource>: Sendable {
    private typealias Machine = PageFeedState<Source.Element, Source.Cursor>

    private let client: any RequestHost
    private let source: Result<Source, PhotonPumpError>
    private let machine: Mutex<Machine>
    private let consumer = Consumer<[Source.Element]>()
    /// Of the iteration.
    private let id: GUID

    /// - Parameter source: what to read, or why it cannot be read, which the first page reports.
    init(client: any RequestHost, source: Result<Source, PhotonPumpError>) {
        self.client = client
        self.source = source
        self.id = client.nextID()
        let limit = try? source.get().options.limit
        self.machine = Mutex(Machine(source.map(\.start), limit: limit) { client.nextID() })
    }

    deinit {
        self.perform { $0.cancelled() }
        self.client.end(self.id)
    }

    /// Whether nothing more is handed out, not even the rest of a page.
    var isClosed: Bool { self.client.isOver }

    /// The next page, which is not empty; nil at the end.
    ///
    /// - Parameter isCutOff: whether the consumer had to leave a page unfinished.
    func nextPage(isCutOff: Bool, isolation actor: isolated (any Actor)?) async throws -> [Source.Element]? {
        if self.isClosed { self.perform { $0.closed(self.client.closedError(), isCutOff: isCutOff) } }
        do {
            if !self.isClosed { try self.client.advance(self.id) }
            let page = try await self.consumer.next {
                self.perform { $0.demanded() }
            } cancel: {
                self.perform { $0.cancelled() }
            }
            if let page { return page }
        } catch {
            self.client.end(self.id)
            throw error
        }
        self.client.end(self.id)
        return nil
    }

    private func perform(_ change: (inout Machine) -> [Machine.Action]) {
        for action in self.machine.withLock({ change(&$0) }) {
            switch action {
            case .read(let cursor, let count, let id): self.read(at: cursor, atMost: count, id)
            case .abandon(let id): self.client.cancel(id)
            case .deliver(let delivery): self.consumer.deliver(delivery)
            }
        }
    }

    private func read(at cursor: Source.Cursor, atMost count: Int, _ id: GUID) {
        guard case .success(let source) = self.source else { return }
        let terms: CallTerms
        do throws(PhotonPumpError) {
            terms = try self.client.terms(source.options.call)
        } catch {
            return self.perform { $0.failed(error, id) }
        }
        // When the iterator is deallocated, the conversation is cancelled anyway.
        let exchange = source.exchange(at: cursor, atMost: count, id: id, terms: terms) { [weak self] result in
            self?.perform { machine in
                switch result {
                case .success(let reply): machine.received(source.page(reply), id)
                case .failure(let error): machine.failed(error, id)
                }
            }
        }
        self.client.begin(exchange)
        // If the task was cancelled before, there was nothing to give up yet.
        if !self.machine.withLock({ $0.awaits(id) }) { self.client.cancel(id) }
    }
}
