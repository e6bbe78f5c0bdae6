import PhotonPumpWire

@testable import PhotonPump

/// A subscription to a stream of numbers, the server it speaks to and the network between, without time or threads: what
/// happens next is chosen from outside.
struct ModelledServer {
    private enum Package {
        case page(CatchUpPage, GUID)
        case confirmation(Int64?, GUID)
        case end(CatchUpEnd, GUID)
        case refusal(GUID)
        case fate(GUID)
        case event(Int64, GUID)
    }

    var machine: CatchUpState
    private let pageSize: Int64
    /// Whether pages and confirmations say where the end is, as those of streams do; that of the log must be asked for.
    private let tellsEnds: Bool
    /// Whether it refuses what only the master may answer.
    var isFollower = false
    /// What the stream holds: all numbers from the first up to the last.
    private(set) var head: Int64 = 0
    private(set) var written: Int64 = 0
    /// From each of these numbers on, events are others than they were before.
    private var replacements: [Int64] = []
    /// Where what readers on this connection find has ended at last; it never ends before that again.
    private var shown: Int64 = 0
    /// Whether what it does not have any more was dropped, and not removed.
    var hasDropped = false
    /// Where a log has no event, as its places are those of bytes.
    var emptyPlace: Int64?
    /// What it was asked for that is not where it was.
    private(set) var soughtAfter: VanishedEvent?
    /// What the server has sent and the client not yet received.
    private var underway: [Package] = []
    /// The request that the server has not answered.
    private var request: (CatchUpRequest, id: GUID)?
    private var lastRequest: (CatchUpRequest, id: GUID)?
    /// What the server pushes under, and what the client listens to.
    private var pushing: GUID?
    /// How many connections there were.
    private var connection = 1
    private(set) var listening = GUID.zero

    private(set) var isWaiting = false
    private(set) var taken: [CatchUpItem] = []
    private(set) var ending: Delivery<[CatchUpItem]>?
    private(set) var changes: [SubscriptionChange<CatchUpPlace>] = []
    /// The most events that waited for the consumer at once.
    private(set) var peak = 0

    init(
        from start: SubscriptionStart<Int64>,
        holding count: Int64 = 0,
        pageSize: Int64 = 5,
        events: Int = 8,
        bytes: Int = .max,
        overflow: SubscriptionOptions.Overflow = .readBack,
        beyondEnd: SubscriptionOptions.BeyondEnd = .fail,
        tellsEnds: Bool = true,
        isFiltered: Bool = false
    ) {
        var options = SubscriptionOptions()
        (options.maximumBufferedEvents, options.maximumBufferedBytes) = (events, bytes)
        (options.overflow, options.beyondEnd, options.checkpointInterval) = (overflow, beyondEnd, 3)
        let ids = CountedIDs()
        self.machine = CatchUpState(
            from: start.map(CatchUpPlace.init(number:)), options, isFiltered: isFiltered, isOfLog: !tellsEnds,
            errors: .ofTests, newID: { ids.next() })
        self.pageSize = pageSize
        self.tellsEnds = tellsEnds
        self.written = count
        self.apply(self.machine.begin())
    }

    private func event(_ number: Int64) -> CatchUpEvent {
        Self.event(number, id: GUID(0, UInt64(self.replacements.count { $0 <= number })))
    }

    static func event(_ number: Int64, id: GUID = .zero) -> CatchUpEvent {
        let record = EventRecord(
            stream: Bytes(utf8: "s"), number: number, id: id, type: Bytes(utf8: "t"), isJSON: false, data: Bytes(),
            metadata: Bytes(), created: 0)
        return CatchUpEvent(
            place: CatchUpPlace(number: number), record: ResolvedRecord(event: record, link: nil), position: nil)
    }

    /// The numbers of the events the consumer was given.
    var numbers: [Int64] {
        self.taken.compactMap { if case .event(let found) = $0 { found.record.event?.number } else { nil } }
    }

    /// What the consumer's sequence throws.
    var error: PhotonPumpError? {
        if case .error(let error)? = self.ending { error as? PhotonPumpError } else { nil }
    }

    /// The request that it has not answered.
    var asked: CatchUpRequest? { self.request?.0 }

    var hasNews: Bool { !self.underway.isEmpty || self.request != nil }

    mutating func write(_ count: Int64 = 1) {
        for _ in 0..<count {
            if let pushing, self.written != self.emptyPlace { self.underway.append(.event(self.written, pushing)) }
            self.written += 1
        }
    }

    mutating func truncate(before number: Int64) {
        self.head = max(self.head, min(number, self.written))
    }

    /// Events from this number on get lost, and the connection with them; others take their places.
    mutating func replace(from number: Int64) {
        self.disconnect()
        self.replacements.append(number)
    }

    /// All that there is gets lost, and the connection with it.
    mutating func setUpAnew(holding count: Int64 = 0) {
        self.disconnect()
        (self.head, self.written) = (0, count)
    }

    /// What is read of it ends there.
    private func end(_ end: Int64) -> CatchUpEnd {
        self.tellsEnds ? CatchUpEnd(lastNumber: end - 1) : CatchUpEnd(log: CatchUpPlace(number: end))
    }

    mutating func demand() {
        guard !self.isWaiting, self.ending == nil else { return }
        self.isWaiting = true
        self.apply(self.machine.demanded())
    }

    /// The server answers the request that has come to it.
    ///
    /// - Parameter lag: how many events it has written and does not find for readers yet, except for those that it has
    ///   found on this connection before.
    mutating func answer(lag: Int64 = 0) {
        guard let (request, id) = self.request else { return }
        self.request = nil
        let visible = max(self.shown, self.written - lag)
        switch request.kind {
        case .subscribe:
            self.pushing = id
            self.underway.append(.confirmation(self.written == 0 ? nil : self.written - 1, id))
        case .read(let start, let seesLast):
            let next: Int64 =
                switch start {
                case .start, .end: 0
                case .after(let place): place.number + 1
                case .from(let place): place.number
                }
            let from = seesLast ? max(0, next - 1) : next
            let first = max(from, self.head)
            self.shown = visible
            let end = max(first, min(first + self.pageSize, visible))
            let isEnd = self.tellsEnds ? end >= visible : first == end
            // A log that ends before that says to go on there.
            let isShort = !self.tellsEnds && visible < next
            let page = CatchUpPage(
                events: (first..<end).filter { $0 != self.emptyPlace }.map { self.event($0) },
                next: isShort ? start : .from(CatchUpPlace(number: max(next, end))), isEnd: isEnd,
                end: self.tellsEnds ? self.end(visible) : nil)
            self.underway.append(.page(page, id))
        case .look(let event):
            self.soughtAfter = event
            self.underway.append(.fate(id))
        case .end(_, let asMaster):
            if asMaster, self.isFollower { return self.underway.append(.refusal(id)) }
            self.shown = visible
            self.underway.append(.end(self.end(visible), id))
        }
    }

    /// The client receives what was sent first.
    mutating func receive() {
        guard !self.underway.isEmpty else { return }
        self.machine.hears(on: self.connection)
        switch self.underway.removeFirst() {
        case .page(let page, let id):
            self.apply(self.machine.received(page, id))
        case .confirmation(let last, let id):
            self.listening = id
            let end = self.tellsEnds ? CatchUpEnd(lastNumber: last ?? -1) : nil
            self.apply(self.machine.confirmed(last.map(CatchUpPlace.init(number:)), end, id))
        case .end(let end, let id):
            self.apply(self.machine.found(end, id))
        case .fate(let id):
            self.apply(self.machine.looked(isDropped: self.hasDropped, id))
        case .refusal(let id):
            self.apply(self.machine.foundNoMaster(id))
        case .event(let number, let id):
            self.apply(self.machine.appeared(self.event(number), id))
        }
        self.apply(self.machine.proceed())
    }

    /// The connection is lost, and another one is there at once; what was asked and not answered is asked again.
    mutating func disconnect() {
        let lost = PhotonPumpError(.connectionLost, "lost")
        let hasAnswered = self.underway.contains { if case .event = $0 { false } else { true } }
        if hasAnswered { self.request = self.lastRequest }
        self.underway = []
        (self.pushing, self.shown) = (nil, 0)
        self.connection += 1
        guard self.listening != .zero else { return }
        self.listening = .zero
        self.apply(self.machine.interrupted(lost))
    }

    /// The request under way takes too long.
    mutating func timeOut() {
        self.fail(.timedOut)
    }

    mutating func stop() {
        self.apply(self.machine.closed(nil))
    }

    mutating func fail(_ code: PhotonPumpError.Code) {
        guard let id = self.request?.id else { return }
        self.request = nil
        self.apply(self.machine.failed(PhotonPumpError(code, "failed"), id))
    }

    /// The consumer asks for more, the server answers a request, and the client receives what was sent first.
    mutating func step() {
        self.demand()
        self.answer()
        self.receive()
    }

    /// Lets everything happen that is under way, with a consumer that always comes back.
    mutating func calmDown() {
        repeat {
            self.demand()
            self.answer()
            while !self.underway.isEmpty { self.receive() }
            self.demand()
        } while self.hasNews
    }

    /// Lets everything happen that is under way, without the consumer.
    mutating func goOn() {
        repeat {
            self.answer()
            while !self.underway.isEmpty { self.receive() }
        } while self.hasNews
    }

    private mutating func apply(_ actions: [CatchUpAction]) {
        for action in actions {
            switch action {
            case .announcement(let announcement): self.changes.append(announcement.change)
            case .abandon: self.request = nil
            case .unsubscribe: (self.pushing, self.listening) = (nil, .zero)
            case .request(let request, let id):
                self.request = (request, id)
                self.lastRequest = self.request
            case .deliver(.batch(let items)):
                self.isWaiting = false
                self.taken += items
            case .deliver(let ending):
                self.isWaiting = false
                self.ending = ending
            }
        }
        self.peak = max(self.peak, self.machine.status.bufferedEvents)
    }
}

extension CatchUpErrors {
    static let ofTests = CatchUpErrors(
        beyondEnd: { .beyondEnd("s", stream: "s", $0, "it ends at \($1?.number ?? -1)") },
        replaced: { .replaced($0, "\($0.place.number)", stream: "s") },
        vanished: { .vanished($0, "\($0.place.number)", stream: "s") })
}
