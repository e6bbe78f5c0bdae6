/// Decides which page to request, and when, so that one is being fetched while another is iterated over; pure.
struct PageFeedState<Element: Sendable, Cursor: Sendable> {
    /// What to do after an event, the consumer first.
    struct Actions {
        /// What the waiting consumer receives.
        var deliver: Delivery?
        /// Where to read the next page.
        var read: Cursor?
    }

    enum Delivery {
        case page([Element])
        case end
        case error(any Error)
    }

    private enum Place {
        case next(Cursor)
        case end
        /// Delivered once; then comes the end.
        case failed(any Error)
    }

    private var place: Place
    private var isReading = false
    private var isAwaited = false
    /// A page that arrived before the consumer was done with the previous one.
    private var ready: [Element]?

    /// - Parameter start: where to begin; nil if there can be nothing to read.
    init(_ start: Result<Cursor?, PhotonPumpError>) {
        switch start {
        case .success(let cursor): self.place = cursor.map(Place.next) ?? .end
        case .failure(let error): self.place = .failed(error)
        }
    }

    /// The consumer wants the next page.
    mutating func demanded() -> Actions {
        precondition(!self.isAwaited, "an iterator was advanced by two tasks at once")
        self.isAwaited = true
        return self.settle()
    }

    /// A page has arrived.
    mutating func received(_ page: Page<Element, Cursor>) -> Actions {
        guard self.isReading else { return Actions() }
        self.isReading = false
        self.place = page.next.map(Place.next) ?? .end
        if !page.elements.isEmpty { self.ready = page.elements }
        return self.settle()
    }

    /// A page will not arrive.
    mutating func failed(_ error: any Error) -> Actions {
        guard self.isReading else { return Actions() }
        self.isReading = false
        self.place = .failed(error)
        return self.settle()
    }

    /// The client was closed: what has arrived is not delivered, and what is missing never will be.
    ///
    /// - Parameter isCutOff: whether the consumer had to leave a page unfinished.
    mutating func closed(_ error: PhotonPumpError, isCutOff: Bool) -> Actions {
        if case .next = self.place {} else if self.ready == nil, !isCutOff { return self.settle() }
        self.isReading = false
        self.ready = nil
        self.place = .failed(error)
        return self.settle()
    }

    /// The consumer's task is cancelled; no one will take what it waits for.
    mutating func cancelled() -> Actions {
        self.isReading = false
        self.ready = nil
        self.place = .failed(CancellationError())
        return self.settle()
    }

    /// Delivers what is there, and requests more when nothing is left. An empty page need not be the end: the next one
    /// is requested right away.
    private mutating func settle() -> Actions {
        var actions = Actions()
        if self.isAwaited, let delivery = self.takeDelivery() {
            self.isAwaited = false
            actions.deliver = delivery
        }
        if self.ready == nil, !self.isReading, case .next(let cursor) = self.place {
            self.isReading = true
            actions.read = cursor
        }
        return actions
    }

    private mutating func takeDelivery() -> Delivery? {
        if let page = self.ready {
            self.ready = nil
            return .page(page)
        }
        switch self.place {
        case .next: return nil
        case .end: return .end
        case .failed(let error):
            self.place = .end
            return .error(error)
        }
    }
}
