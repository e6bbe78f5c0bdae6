import PhotonPumpWire

@testable import PhotonPump

/// Events and their handlers, with checkpoints: each is handled once, those with the same key one after another and in
/// order, never more at once than allowed, and none once one has failed; a checkpoint never lies behind an event that is
/// not handled, and only grows.
struct Handling {
    private struct Event: Hashable {
        let number: Int
        let key: Int
    }

    private let limit: Int
    private let lookahead: Int
    private var state: ProcessingState<Event>
    private var progress: CheckpointProgress<Int64>
    private var count = 0
    private var isFetching = false
    private var hasFailed = false
    private var hasStopped = false
    private var hasEnded = false
    private var waiting = 0
    private var running: [(event: Event, lane: Int?, begun: Int)] = []
    private var started: Set<Int> = []
    private var lastOfKey: [Int: Int] = [:]
    private var handled: Set<Int> = []
    private var saved: Int64 = -1
    private var saving: Int64?

    static func run(_ choices: inout Choices) {
        var handling = Handling(&choices)
        while !choices.isEmpty { handling.step(&choices) }
        handling.end()
    }

    private init(_ choices: inout Choices) {
        self.limit = choices.number(in: 1...4)
        self.lookahead = choices.number(in: 1...4)
        let isKeyed = choices.flag()
        self.state = ProcessingState(
            maxConcurrent: self.limit, lookahead: self.lookahead, key: isKeyed ? { $0.key } : nil)
        self.progress = CheckpointProgress(every: choices.number(in: 1...5))
        self.isKeyed = isKeyed
        self.apply(self.state.begin())
    }

    private let isKeyed: Bool

    private mutating func step(_ choices: inout Choices) {
        switch choices.number(below: 8) {
        case 0...1 where self.isFetching: self.fetch(choices.number(in: 1...4), &choices)
        case 2 where self.isFetching && choices.byte() > 250: self.fetchEnds()
        case 3, 4: self.finish(choices.number(below: 256), fails: choices.byte() > 252)
        case 5: self.progress.timePassed()
        case 6: self.save(isLast: choices.byte() > 250)
        default: self.didSave()
        }
        self.compare()
    }

    private mutating func fetch(_ number: Int, _ choices: inout Choices) {
        self.isFetching = false
        let events = (0..<number).map { _ in
            self.count += 1
            return Event(number: self.count, key: choices.number(below: 3))
        }
        if !self.hasFailed { self.waiting += events.count }
        self.apply(self.state.received(events))
    }

    private mutating func fetchEnds() {
        self.isFetching = false
        self.hasEnded = true
        self.apply(self.state.ended())
    }

    private mutating func finish(_ which: Int, fails: Bool) {
        guard !self.running.isEmpty else { return }
        let (event, lane, begun) = self.running.remove(at: which % self.running.count)
        if fails {
            self.hasFailed = true
            self.waiting = 0
        } else {
            self.progress.finished(begun)
            self.handled.insert(event.number)
        }
        self.apply(self.state.finished(lane: lane, hasFailed: fails))
    }

    private mutating func save(isLast: Bool) {
        let isDue = self.progress.isDue
        guard let checkpoint = self.progress.startSaving(isLast: isLast) else {
            return check(!isDue, "due, and not saved")
        }
        check(self.saving == nil, "two saves at once")
        guard case .after(let place) = checkpoint else { report("\(checkpoint)") }
        check(place > self.saved, "\(place) after \(self.saved)")
        check((1...place).allSatisfy { self.handled.contains(Int($0)) }, "\(place), and \(self.handled) are handled")
        self.saving = place
    }

    private mutating func didSave() {
        guard let saving else { return }
        self.progress.didSave()
        (self.saved, self.saving) = (saving, nil)
    }

    private mutating func apply(_ actions: [ProcessingState<Event>.Action]) {
        for action in actions {
            switch action {
            case .fetch:
                check(!self.isFetching && !self.hasEnded, "a fetch too many")
                self.isFetching = true
            case .handle(let event, let lane): self.start(event, lane)
            case .stop:
                check(self.hasFailed && !self.hasStopped, "a stop too many")
                self.hasStopped = true
            }
        }
    }

    private mutating func start(_ event: Event, _ lane: Int?) {
        check(!self.hasFailed, "\(event) after a failure")
        check(self.started.insert(event.number).inserted, "\(event) is handled twice")
        if self.isKeyed {
            check(!self.running.contains { $0.event.key == event.key }, "\(event) beside another of its key")
            check(self.lastOfKey[event.key].map { $0 < event.number } ?? true, "\(event) out of order")
            self.lastOfKey[event.key] = event.number
        }
        self.waiting -= 1
        // Places of what has arrived and is not started are not in the checkpoint either: they begin in order.
        while self.begun < event.number {
            self.begun += 1
            self.numbers[self.begun] = self.progress.began(at: Int64(self.begun))
        }
        self.running.append((event, lane, self.numbers[event.number] ?? 0))
        check(self.running.count <= self.limit, "\(self.running.count) at once")
    }

    private var begun = 0
    private var numbers: [Int: Int] = [:]

    private func compare() {
        check(self.waiting >= 0, "more than there were")
        check(self.state.isOver == (self.hasEnded && self.running.isEmpty && self.waiting == 0), "over or not")
        check(self.waiting < self.lookahead + 4, "\(self.waiting) wait")
        if !self.isKeyed { check(self.running.count == self.limit || self.waiting == 0, "\(self.waiting) wait") }
        check(self.isFetching || self.hasEnded || self.waiting >= self.lookahead, "nothing is fetched")
    }

    private mutating func end() {
        if self.isFetching { self.fetchEnds() }
        while !self.running.isEmpty { self.finish(0, fails: false) }
        if !self.hasEnded, self.isFetching { self.fetchEnds() }
        guard self.hasEnded else { return }
        check(self.state.isOver, "it does not end")
        if !self.hasFailed { check(self.started.count == self.count, "\(self.started.count) of \(self.count)") }
        self.didSave()
        self.save(isLast: true)
    }
}
