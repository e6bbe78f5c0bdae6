import PhotonPumpWire

@testable import PhotonPump

/// A subscription and a server that says anything at any time: there is one request at a time, places grow, buffers keep
/// their limits, and there is one end, after which comes nothing.
struct HostileServer {
    private static let limit = 6
    private static let pageSize = 5
    /// More than that cannot be said about so few events.
    private static let mostMarkers = 12

    private enum Answer {
        case page, confirmation, end, fate

        init(_ request: CatchUpRequest) {
            self =
                switch request.kind {
                case .read: .page
                case .subscribe: .confirmation
                case .end: .end
                case .look: .fate
                }
        }
    }

    private var machine: CatchUpState
    private let options: SubscriptionOptions
    private var ids: [GUID] = [.zero]
    private var request: (CatchUpRequest, GUID)?
    private var isWaiting = false
    private var isOver = false
    private var isEndTold = false
    private var last: CatchUpPlace?

    static func run(_ choices: inout Choices) {
        let place = CatchUpPlace(number: choices.int64())
        let start: SubscriptionStart<CatchUpPlace> = choices.element(of: [.start, .end, .after(place), .from(place)])
        var options = SubscriptionOptions()
        (options.maximumBufferedEvents, options.checkpointInterval) = (Self.limit, 3)
        options.maximumBufferedBytes = choices.flag() ? 300 : 1 << 20
        options.overflow = choices.element(of: [.readBack, .leaveGap, .fail])
        options.beyondEnd = choices.element(of: [.fail, .wait, .startOver])
        let isFiltered = choices.flag()
        var server = HostileServer(from: start, options, isFiltered: isFiltered, isOfLog: choices.flag())
        while !choices.isEmpty { server.step(&choices) }
        server.end()
    }

    private init(
        from start: SubscriptionStart<CatchUpPlace>, _ options: SubscriptionOptions, isFiltered: Bool, isOfLog: Bool
    ) {
        let ids = CountedIDs()
        self.options = options
        self.machine = CatchUpState(
            from: start, options, isFiltered: isFiltered, isOfLog: isOfLog,
            errors: .ofTests, newID: { ids.next() })
        if case .after(let place) = start { self.last = place }
        self.apply(self.machine.begin())
    }

    private mutating func step(_ choices: inout Choices) {
        let kind = choices.number(below: 20)
        // Mostly what it should answer.
        let old = choices.element(of: self.ids)
        let id = choices.byte() < 200 ? self.request?.1 ?? old : old
        // An answer of another kind never gets as far as here.
        func isOther(_ answer: Answer) -> Bool { id == self.request?.1 && answer != self.request.map { Answer($0.0) } }
        switch kind {
        case 0...3 where !isOther(.page): self.answer(id) { $0.received(Self.page(&choices), id) }
        case 4...5 where !isOther(.confirmation):
            self.answer(id) { $0.confirmed(choices.flag() ? Self.place(&choices) : nil, Self.end(&choices), id) }
        case 6 where !isOther(.end): self.answer(id) { $0.found(Self.end(&choices) ?? CatchUpEnd(lastNumber: 3), id) }
        case 7 where !isOther(.end): self.answer(id) { $0.foundNoMaster(id) }
        case 6...7 where !isOther(.fate): self.answer(id) { $0.looked(isDropped: choices.flag(), id) }
        case 8: self.answer(id) { $0.mustAskAgain(id) }
        case 9: self.answer(id) { $0.failed(Self.error(&choices), id) }
        case 10, 11, 12:
            let event = Self.event(Self.place(&choices), &choices)
            self.apply(self.machine.appeared(event, fits: choices.byte() < 200, choices.flag() ? old : self.pushing))
        case 13: self.apply(self.machine.reached(Self.place(&choices)))
        case 14: self.apply(self.machine.interrupted(Self.error(&choices)))
        case 15: self.apply(self.machine.dropped(Self.error(&choices), choices.flag() ? old : self.pushing))
        case 16...17 where !self.isWaiting:
            self.isWaiting = true
            self.apply(self.machine.demanded())
        case 18: self.apply(self.machine.livenessDue())
        case 19 where choices.byte() > 252:
            self.apply(choices.flag() ? self.machine.closed(nil) : self.machine.cancelled())
        case 19: self.machine.hears(on: choices.number(below: 8))
        default: self.apply(self.machine.proceed())
        }
        if choices.flag() { self.apply(self.machine.proceed()) }
        let status = self.machine.status
        check(status.bufferedEvents <= Self.limit + Self.pageSize, "\(status)")
    }

    private var pushing: GUID { self.ids.last { self.machine.isSubscribed($0) } ?? .zero }

    private mutating func answer(_ id: GUID, _ answer: (inout CatchUpState) -> [CatchUpAction]) {
        let isAwaited = self.machine.awaits(id)
        check(isAwaited == (self.request?.1 == id), "\(id) is awaited or not")
        let actions = answer(&self.machine)
        if isAwaited, !self.machine.awaits(id) { self.request = nil }
        self.apply(actions)
    }

    private mutating func apply(_ actions: [CatchUpAction]) {
        for action in actions {
            switch action {
            case .announcement(let announcement):
                check(!self.isOver, "\(announcement.change) after the end")
                if case .ended = announcement.change { self.isOver = true }
            case .abandon(let id):
                check(self.request?.1 == id, "\(id) is given up, and was not asked")
                self.request = nil
            case .unsubscribe: break
            case .request(let request, let id):
                check(self.request == nil, "\(request) while \(String(describing: self.request)) is open")
                check(!self.isOver, "\(request) after the end")
                check(request.pause(chance: 1).map { $0 > .zero && $0 < .seconds(60) } ?? true, "\(request)")
                self.request = (request, id)
                self.ids.append(id)
            case .deliver(let delivery): self.take(delivery)
            }
        }
    }

    private mutating func take(_ delivery: Delivery<[CatchUpItem]>) {
        check(self.isWaiting, "\(delivery) for nobody")
        self.isWaiting = false
        guard case .batch(let items) = delivery else {
            if case .error = delivery { check(!self.isEndTold, "\(delivery) after the end") }
            self.isEndTold = true
            check(self.isOver, "\(delivery), and it is not over")
            return
        }
        check(!self.isEndTold, "\(items) after the end")
        check(!items.isEmpty, "a batch of nothing")
        var events = 0
        for case .event(let event) in items {
            events += 1
            if self.options.beyondEnd != .startOver {
                check(self.last.map { $0 < event.place } ?? true, "\(event.place) comes too late")
            }
            self.last = event.place
        }
        check(events <= Self.limit + Self.pageSize, "\(events) events at once")
        check(items.count <= 2 * events + Self.mostMarkers, "\(items.count) items for \(events) events: \(items)")
    }

    /// A consumer that comes back gets everything, and then the end again and again.
    private mutating func end() {
        self.apply(self.machine.closed(nil))
        check(self.isOver && self.request == nil, "it is not over")
        for _ in 0..<3 where !self.isWaiting {
            self.isWaiting = true
            self.apply(self.machine.demanded())
        }
        check(self.isEndTold && !self.isWaiting, "the end is not told")
    }

    // MARK: What it says

    private static func place(_ choices: inout Choices) -> CatchUpPlace {
        let main = choices.int64()
        if choices.flag() { return CatchUpPlace(number: main) }
        return CatchUpPlace(Position(commit: main, prepare: choices.int64()))
    }

    private static func event(_ place: CatchUpPlace, _ choices: inout Choices) -> CatchUpEvent {
        let record = EventRecord(
            stream: Bytes(utf8: "s"), number: place.main, id: GUID(UInt64(choices.byte()), 5), type: Bytes(utf8: "t"),
            isJSON: false, data: Bytes([UInt8](repeating: 1, count: choices.number(below: 100))), metadata: Bytes(),
            created: 0)
        return CatchUpEvent(place: place, record: ResolvedRecord(event: record, link: nil), position: nil)
    }

    private static func end(_ choices: inout Choices) -> CatchUpEnd? {
        switch choices.number(below: 3) {
        case 0: nil
        case 1: CatchUpEnd(lastNumber: choices.int64())
        default: CatchUpEnd(log: self.place(&choices))
        }
    }

    private static func page(_ choices: inout Choices) -> CatchUpPage {
        let first = choices.int64()
        let events = (0..<choices.number(below: Self.pageSize + 1)).map { offset in
            // In order, or not.
            let place = choices.byte() < 230 ? CatchUpPlace(number: first &+ Int64(offset)) : self.place(&choices)
            return self.event(place, &choices)
        }
        let next = self.place(&choices)
        return CatchUpPage(
            events: events, next: choices.element(of: [.from(next), .after(next), .start]), isEnd: choices.flag(),
            end: self.end(&choices))
    }

    static func error(_ choices: inout Choices) -> PhotonPumpError {
        let codes: [PhotonPumpError.Code] = [
            .connectionLost, .timedOut, .serverError, .notHandled, .subscriptionDropped, .accessDenied, .streamDeleted,
        ]
        return PhotonPumpError(codes[min(choices.number(below: 256) / 8, codes.count - 1)], "failed")
    }
}
