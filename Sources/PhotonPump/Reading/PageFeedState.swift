internal import PhotonPumpWire

/// Decides which page to request, and when, so that one is being fetched while another is iterated over; pure.
struct PageFeedState<Element: Sendable, Cursor: Sendable>: Sendable {
    enum Action {
        /// Request the page there, with so many events at most, under this id.
        case read(Cursor, atMost: Int, GUID)
        /// Give up the request with this id.
        case abandon(GUID)
        case deliver(Delivery<[Element]>)
    }

    private let newID: @Sendable () -> GUID
    private var demand = Demand<[Element]>()
    /// Where the page is that has yet to arrive; nil if there is none.
    private var next: Cursor?
    /// The request for it.
    private var reading: GUID?
    /// How many events are still wanted; the largest number for all there are.
    private var left: Int
    /// A page that arrived before the consumer was done with the previous one.
    private var ready: [Element]?

    /// - Parameters:
    ///   - start: where to begin; nil if there can be nothing to read.
    ///   - limit: the most events to read in all; nil for all there are.
    ///   - newID: makes the id of a request.
    init(_ start: Result<Cursor?, PhotonPumpError>, limit: Int? = nil, newID: @escaping @Sendable () -> GUID) {
        self.newID = newID
        self.left = limit ?? .max
        switch start {
        case .success(let cursor): self.goOn(at: cursor)
        case .failure(let error): self.demand.end(error)
        }
    }

    /// Whether the request with this id is still wanted.
    func awaits(_ id: GUID) -> Bool { self.reading == id }

    /// The consumer wants the next page.
    mutating func demanded() -> [Action] {
        self.demand.open()
        return self.proceed()
    }

    /// A page has arrived.
    mutating func received(_ page: Page<Element, Cursor>, _ id: GUID) -> [Action] {
        guard self.awaits(id) else { return [] }
        self.reading = nil
        if !page.elements.isEmpty { self.ready = page.elements }
        if self.left != .max { self.left -= min(page.count, self.left) }
        self.goOn(at: page.next)
        return self.proceed()
    }

    /// A page will not arrive.
    mutating func failed(_ error: any Error, _ id: GUID) -> [Action] {
        guard self.awaits(id) else { return [] }
        self.reading = nil
        self.next = nil
        self.demand.end(error)
        return self.proceed()
    }

    /// The client was closed: what has arrived is not delivered, and what is missing never will be.
    ///
    /// - Parameter isCutOff: whether the consumer had to leave a page unfinished.
    mutating func closed(_ error: PhotonPumpError, isCutOff: Bool) -> [Action] {
        let isComplete = self.next == nil && self.ready == nil && !isCutOff
        return isComplete ? self.proceed() : self.stop(error)
    }

    /// The consumer's task is cancelled; no one will take what it waits for.
    mutating func cancelled() -> [Action] { self.stop(CancellationError()) }

    private mutating func goOn(at cursor: Cursor?) {
        self.next = self.left > 0 ? cursor : nil
        if self.next == nil { self.demand.end(nil) }
    }

    private mutating func stop(_ error: any Error) -> [Action] {
        let abandoned = self.reading.map { [Action.abandon($0)] } ?? []
        (self.next, self.reading, self.ready) = (nil, nil, nil)
        self.demand.end(error)
        return abandoned + self.proceed()
    }

    /// Delivers what is there, and requests more when nothing is left. An empty page need not be the end: the next one
    /// is requested right away.
    private mutating func proceed() -> [Action] {
        let delivery = self.demand.meet(from: &self.ready) { $0.take() }
        var actions: [Action] = []
        if let next, self.ready == nil, self.reading == nil {
            let id = self.newID()
            self.reading = id
            actions.append(.read(next, atMost: self.left, id))
        }
        if let delivery { actions.append(.deliver(delivery)) }
        return actions
    }
}

extension PageFeedState.Action: Equatable where Element: Equatable, Cursor: Equatable {}
