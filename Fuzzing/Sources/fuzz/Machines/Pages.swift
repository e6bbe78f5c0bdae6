import PhotonPumpWire

@testable import PhotonPump

/// What reads pages for an iterator: one request at a time, every page delivered once and in order, and no more than was
/// wanted.
struct Pages {
    private var state: PageFeedState<Int, Int>
    private let limit: Int?
    private var reading: (cursor: Int, count: Int, id: GUID)?
    private var isWaiting = false
    private var isOver = false
    /// Whether it was told why it ended.
    private var taken = 0
    private var received = 0
    private var isCancelled = false
    private var ids: [GUID] = [.zero]

    static func run(_ choices: inout Choices) {
        var pages = Pages(&choices)
        while !choices.isEmpty { pages.step(&choices) }
        pages.demand()
        pages.apply(pages.state.cancelled())
        check(!pages.isWaiting && pages.reading == nil, "it is not over")
    }

    private init(_ choices: inout Choices) {
        self.limit = choices.flag() ? choices.number(below: 20) : nil
        let ids = CountedIDs()
        self.state = PageFeedState(
            choices.byte() > 250
                ? .failure(PhotonPumpError(.invalidArgument, "no")) : .success(choices.byte() > 250 ? nil : 0),
            limit: self.limit, newID: { ids.next() })
    }

    private mutating func step(_ choices: inout Choices) {
        let id = choices.byte() < 220 ? self.reading?.id ?? .zero : choices.element(of: self.ids)
        switch choices.number(below: 8) {
        case 0, 1, 2: self.demand()
        case 3, 4, 5: self.answer(id, &choices)
        case 6 where choices.byte() > 240:
            let isAwaited = self.state.awaits(id)
            if isAwaited { self.reading = nil }
            self.apply(self.state.failed(PhotonPumpError(.timedOut, "no answer"), id))
        case 7 where choices.byte() > 240:
            self.isCancelled = true
            self.apply(
                choices.flag()
                    ? self.state.cancelled()
                    : self.state.closed(PhotonPumpError(.clientClosed, "closed"), isCutOff: choices.flag()))
        default: break
        }
    }

    private mutating func answer(_ id: GUID, _ choices: inout Choices) {
        let isAwaited = self.state.awaits(id)
        check(isAwaited == (self.reading?.id == id), "\(id) is awaited or not")
        let count = choices.number(below: min(5, isAwaited ? self.reading?.count ?? 0 : 0) + 1)
        let elements = Array(self.received..<self.received + count)
        let next = choices.byte() > 230 ? nil : self.received + count
        if isAwaited {
            self.reading = nil
            self.received += count
        }
        self.apply(self.state.received(Page(elements: elements, next: next), id))
    }

    private mutating func demand() {
        guard !self.isWaiting else { return }
        self.isWaiting = true
        self.apply(self.state.demanded())
    }

    private mutating func apply(_ actions: [PageFeedState<Int, Int>.Action]) {
        for action in actions {
            switch action {
            case .read(let cursor, let count, let id):
                check(self.reading == nil, "two requests at once")
                check(!self.isOver && !self.isCancelled, "a request after the end")
                check(count > 0 && count <= (self.limit.map { $0 - self.received } ?? .max), "\(count) too many")
                check(cursor == self.received, "from \(cursor), not from \(self.received)")
                self.reading = (cursor, count, id)
                self.ids.append(id)
            case .abandon(let id):
                check(self.reading?.id == id, "\(id) was not asked for")
                self.reading = nil
            case .deliver(let delivery): self.take(delivery)
            }
        }
    }

    private mutating func take(_ delivery: Delivery<[Int]>) {
        check(self.isWaiting, "\(delivery) for nobody")
        self.isWaiting = false
        switch delivery {
        case .batch(let elements):
            check(!self.isOver && !self.isCancelled && !elements.isEmpty, "\(elements) after the end")
            check(elements.first == self.taken, "\(elements) after \(self.taken)")
            self.taken += elements.count
            check(self.limit.map { self.taken <= $0 } ?? true, "\(self.taken) elements")
        case .end:
            check(self.isCancelled || self.isOver || self.taken == self.received, "the end before \(self.received)")
            self.isOver = true
        case .error:
            check(!self.isOver, "an error after the end")
            self.isOver = true
        }
    }
}

/// Events on their way from a sequence to writes: all of them, in order, and in batches that keep the limits.
struct Batches {
    private static let (count, bytes) = (4, 50)

    private var state = BatchBufferState(maximumCount: Self.count, maximumBytes: Self.bytes)
    private var sizes: [String: Int] = [:]
    private var sent = 0
    private var taken = 0
    private var isWaiting = false
    private var isHeldUp = false
    private var hasEnded = false
    private var isTold = false

    static func run(_ choices: inout Choices) {
        var batches = Batches()
        while !choices.isEmpty { batches.step(&choices) }
        batches.end()
    }

    private mutating func step(_ choices: inout Choices) {
        switch choices.number(below: 5) {
        case 0, 1, 2:
            guard !self.hasEnded, !self.isHeldUp else { break }
            let size = choices.number(below: 60)
            if self.state.mustWait(size: size) {
                self.isHeldUp = true
                self.apply(self.state.heldUp())
            } else {
                self.sent += 1
                self.sizes["\(self.sent)"] = size
                let event = NewEvent(type: "\(self.sent)", data: Payload(), isJSON: false)
                self.apply(self.state.received(event, size: size))
            }
        case 3: self.demand()
        default:
            guard choices.byte() > 250, !self.isHeldUp else { break }
            self.hasEnded = true
            self.apply(self.state.ended(nil))
        }
    }

    private mutating func demand() {
        guard !self.isWaiting else { return }
        self.isWaiting = true
        self.apply(self.state.demanded())
    }

    private mutating func apply(_ actions: [BatchBufferState.Action]) {
        for action in actions {
            switch action {
            case .admit:
                check(self.isHeldUp, "nobody is held up")
                self.isHeldUp = false
            case .deliver(.batch(let events)):
                check(self.isWaiting && !self.isTold, "a batch for nobody")
                self.isWaiting = false
                check(events.map(\.type) == (self.taken + 1...self.taken + events.count).map { "\($0)" }, "\(events)")
                self.taken += events.count
                let size = events.reduce(0) { $0 + (self.sizes[$1.type] ?? 0) }
                check(events.count <= Self.count, "\(events.count) events")
                check(events.count == 1 || size <= Self.bytes, "\(size) bytes")
            case .deliver(let end):
                check(self.isWaiting && self.hasEnded && self.taken == self.sent, "\(end) before the end")
                self.isWaiting = false
                self.isTold = true
            }
        }
    }

    private mutating func end() {
        self.demand()
        check(!self.isHeldUp, "held up for ever")
        if !self.hasEnded {
            self.hasEnded = true
            self.apply(self.state.ended(nil))
        }
        for _ in 0..<2 { self.demand() }
        check(self.isTold && self.taken == self.sent, "\(self.taken) of \(self.sent)")
    }
}
