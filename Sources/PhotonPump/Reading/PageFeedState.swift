internal import PhotonPumpWire

/// Decides which page of a stream to ask for, and when, so that one is on its way while another is gone through; pure.
struct PageFeedState {
    typealias Page = [ResolvedRecord]

    /// What to do after something has happened, the consumer first.
    struct Actions {
        /// What the waiting consumer gets.
        var deliver: Delivery?
        /// Where to read the next page.
        var read: Int64?
    }

    enum Delivery {
        case page(Page)
        case end
        case error(any Error)
    }

    private enum Cursor {
        case next(Int64)
        case end
        /// Delivered once; after that it is the end.
        case failed(any Error)
    }

    private var cursor: Cursor
    private var isReading = false
    private var isAwaited = false
    /// A page that came before the consumer was through with the one before.
    private var ready: Page?

    init(_ range: Result<ReadRange, PhotonPumpError>) {
        switch range {
        case .success(let range): self.cursor = range.cursor.map(Cursor.next) ?? .end
        case .failure(let error): self.cursor = .failed(error)
        }
    }

    /// The consumer wants the next page.
    mutating func demanded() -> Actions {
        precondition(!self.isAwaited, "an iterator was advanced by two tasks at once")
        self.isAwaited = true
        return self.settle()
    }

    /// A page has come.
    mutating func received(_ reply: ReadStreamEventsCompleted) -> Actions {
        guard self.isReading else { return Actions() }
        self.isReading = false
        self.cursor = reply.isEndOfStream || reply.nextEventNumber < 0 ? .end : .next(reply.nextEventNumber)
        if !reply.events.isEmpty { self.ready = reply.events }
        return self.settle()
    }

    /// A page will not come.
    mutating func failed(_ error: any Error) -> Actions {
        guard self.isReading else { return Actions() }
        self.isReading = false
        self.cursor = .failed(error)
        return self.settle()
    }

    /// The consumer's task is cancelled; what it waits for will not be taken any more.
    mutating func cancelled() -> Actions {
        self.isReading = false
        self.ready = nil
        self.cursor = .failed(CancellationError())
        return self.settle()
    }

    /// Hands over what is there, and asks for more when nothing is left in store. An empty page is not the end: the
    /// page behind it is asked for right away.
    private mutating func settle() -> Actions {
        var actions = Actions()
        if self.isAwaited, let delivery = self.takeDelivery() {
            self.isAwaited = false
            actions.deliver = delivery
        }
        if self.ready == nil, !self.isReading, case .next(let number) = self.cursor {
            self.isReading = true
            actions.read = number
        }
        return actions
    }

    private mutating func takeDelivery() -> Delivery? {
        if let page = self.ready {
            self.ready = nil
            return .page(page)
        }
        switch self.cursor {
        case .next: return nil
        case .end: return .end
        case .failed(let error):
            self.cursor = .end
            return .error(error)
        }
    }
}
