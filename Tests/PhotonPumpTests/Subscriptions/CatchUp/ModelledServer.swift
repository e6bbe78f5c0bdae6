import PhotonPumpWire

@testable import PhotonPump

/// A subscription to a stream of numbers, the server it speaks to and the network between, without time or threads: what
/// happens next is chosen from outside.
struct ModelledServer {
    typealias Machine = CatchUpState

    private enum Package {
        case page([Int64], next: Int64, isEnd: Bool, CatchUpEnd?)
        case confirmation(Int64?)
        case end(CatchUpEnd)
        case refusal
        case event(Int64, subscription: Int)
    }

    var machine: Machine
    private let pageSize: Int64
    /// Whether pages and confirmations say where the end is, as those of streams do; otherwise it must be asked for.
    private let tellsEnds: Bool
    /// Whether it refuses what only the master may answer.
    var isFollower = false
    /// What the stream holds: all numbers from the first up to the last.
    private(set) var head: Int64 = 0
    private(set) var written: Int64 = 0
    /// What the server has sent and the client not yet received.
    private var underway: [Package] = []
    /// The request that the server has not answered.
    private var request: Machine.Request?
    private var lastRequest: Machine.Request?
    /// What the server pushes under, and what the client listens to.
    private var pushing: Int?
    private var listening: Int?
    private var subscriptions = 0

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
        let limits = Machine.Limits(
            events: events, bytes: bytes, overflow: overflow, beyondEnd: beyondEnd, checkpointInterval: 3)
        self.machine = Machine(
            from: start.map(CatchUpPlace.init(number:)), limits: limits, reportsCheckpoints: isFiltered
        ) {
            .beyondEnd("s", stream: "s", $0, "it ends at \($1?.number ?? -1)")
        }
        self.pageSize = pageSize
        self.tellsEnds = tellsEnds
        self.written = count
        self.apply(self.machine.begin())
    }

    static func event(_ number: Int64) -> CatchUpEvent {
        let record = EventRecord(
            stream: Bytes(utf8: "s"), number: number, id: .zero, type: Bytes(utf8: "t"), isJSON: false, data: Bytes(),
            metadata: Bytes(), created: 0)
        return CatchUpEvent(
            place: CatchUpPlace(number: number), record: ResolvedRecord(event: record, link: nil), position: nil)
    }

    /// The numbers of the events the consumer was given.
    var numbers: [Int64] {
        self.taken.compactMap { if case .event(let found) = $0 { found.record.event?.number } else { nil } }
    }

    var hasNews: Bool { !self.underway.isEmpty || self.request != nil }

    mutating func write(_ count: Int64 = 1) {
        for _ in 0..<count {
            if let pushing { self.underway.append(.event(self.written, subscription: pushing)) }
            self.written += 1
        }
    }

    mutating func truncate(before number: Int64) {
        self.head = max(self.head, min(number, self.written))
    }

    /// All that there is gets lost, and the connection with it.
    mutating func setUpAnew(holding count: Int64 = 0) {
        self.disconnect()
        (self.head, self.written) = (0, count)
    }

    /// What is read of it ends there.
    private func end(_ lag: Int64) -> CatchUpEnd {
        let end = self.written - lag
        return self.tellsEnds ? CatchUpEnd(lastNumber: end - 1) : CatchUpEnd(log: CatchUpPlace(number: end))
    }

    mutating func demand() {
        guard !self.isWaiting, self.ending == nil else { return }
        self.isWaiting = true
        self.apply(self.machine.demanded())
    }

    /// The server answers the request that has come to it.
    ///
    /// - Parameter lag: how many events it has written and does not find for readers yet.
    mutating func answer(lag: Int64 = 0) {
        guard let request else { return }
        self.request = nil
        switch request.kind {
        case .subscribe:
            self.subscriptions += 1
            self.pushing = self.subscriptions
            self.underway.append(.confirmation(self.written == 0 ? nil : self.written - 1))
        case .read(let start):
            let from: Int64 =
                switch start {
                case .start, .end: 0
                case .after(let place): place.number + 1
                case .from(let place): place.number
                }
            let first = max(from, self.head)
            let visible = self.written - lag
            let end = max(first, min(first + self.pageSize, visible))
            let isEnd = self.tellsEnds ? end >= visible : first == end
            self.underway.append(
                .page(Array(first..<end), next: end, isEnd: isEnd, self.tellsEnds ? self.end(lag) : nil))
        case .end(_, let asMaster):
            self.underway.append(asMaster && self.isFollower ? .refusal : .end(self.end(lag)))
        }
    }

    /// The client receives what was sent first.
    mutating func receive() {
        guard !self.underway.isEmpty else { return }
        switch self.underway.removeFirst() {
        case .page(let numbers, let next, let isEnd, let end):
            self.apply(
                self.machine.received(
                    numbers.map(Self.event), next: .from(CatchUpPlace(number: next)), isEnd: isEnd, end: end))
        case .confirmation(let last):
            self.listening = self.subscriptions
            let end = self.tellsEnds ? CatchUpEnd(lastNumber: last ?? -1) : nil
            self.apply(self.machine.confirmed(last.map(CatchUpPlace.init(number:)), end))
        case .end(let end):
            self.apply(self.machine.found(end))
        case .refusal:
            self.apply(self.machine.foundNoMaster())
        case .event(let number, let subscription):
            guard subscription == self.listening else { return }
            if let actions = self.machine.appeared(Self.event(number)) { self.apply(actions) }
        }
        self.apply(self.machine.settle())
    }

    /// The connection is lost, and another one is there at once; what was asked and not answered is asked again.
    mutating func disconnect() {
        let lost = PhotonPumpError(.connectionLost, "lost")
        let hasAnswered = self.underway.contains { if case .event = $0 { false } else { true } }
        if hasAnswered { self.request = self.lastRequest }
        self.underway = []
        self.pushing = nil
        guard self.listening != nil else { return }
        self.listening = nil
        self.apply(self.machine.interrupted(lost))
    }

    /// The request under way takes too long.
    mutating func timeOut() {
        guard self.request != nil else { return }
        self.request = nil
        self.apply(self.machine.failed(PhotonPumpError(.timedOut, "timed out")))
    }

    mutating func stop() {
        self.apply(self.machine.stop())
    }

    mutating func fail(_ code: PhotonPumpError.Code) {
        self.request = nil
        self.apply(self.machine.failed(PhotonPumpError(code, "failed")))
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

    private mutating func apply(_ actions: Machine.Actions) {
        self.changes += actions.changes
        switch actions.deliver {
        case .batch(let items):
            self.isWaiting = false
            self.taken += items
        case let ending?:
            self.isWaiting = false
            self.ending = ending
        case nil: break
        }
        if actions.unsubscribes {
            self.pushing = nil
            self.listening = nil
        }
        if let request = actions.request {
            self.request = request
            self.lastRequest = request
        }
        self.peak = max(self.peak, self.machine.ready.eventCount)
    }
}
