import PhotonPumpTransport
import PhotonPumpWire

@testable import PhotonPump

/// A persistent subscription, a server that says anything at any time, and a consumer: nothing is acknowledged on another
/// connection than the one it came on, or twice, or without having been handed out; there is one beginning and one end.
struct Group {
    private typealias State = PersistentSubscriptionState

    private static let limit = 5

    private var state: State
    private let ids: CountedIDs
    private var asked: [GUID] = []
    /// What the server would deliver on.
    private var connection: GUID?
    private var pause: Int?
    private var isWaiting = false
    private var isClaimed = false
    private var hasStarted = false
    private var isOver = false
    private var isEndTold = false
    private var watches = 0
    private var flushes = 0
    /// What the consumer has and is not done with.
    private var inHand: [DeliveredEvent] = []
    /// How often each event was pushed on the present connection, less how often it was acknowledged or refused.
    private var open: [GUID: Int] = [:]
    private var handedOut: Set<GUID> = []
    private var now = Environment.Instant(elapsed: .seconds(100))
    private var generation = 0

    static func run(_ choices: inout Choices) {
        var group = Group(&choices)
        while !choices.isEmpty { group.step(&choices) }
        group.end()
    }

    private init(_ choices: inout Choices) {
        self.ids = CountedIDs()
        let first = self.ids.next()
        self.state = State(
            bufferSize: Self.limit, bufferBytes: choices.flag() ? 200 : .max,
            messageTimeout: choices.flag() ? .seconds(2) : nil, delays: choices.flag(),
            backoff: Backoff(first: .seconds(1), ceiling: .seconds(4)), id: first)
        self.apply(self.state.begin())
    }

    private mutating func step(_ choices: inout Choices) {
        let kind = choices.number(below: 24)
        let old = self.asked.isEmpty ? .zero : choices.element(of: self.asked)
        let id = choices.byte() < 200 ? self.asked.last ?? old : old
        switch kind {
        case 0, 1: self.apply(self.state.confirmed(id, subscription: "s::g", now: self.now))
        case 2: self.apply(self.state.failed(id, HostileServer.error(&choices), now: self.now, chance: 1))
        case 3:
            let error = HostileServer.error(&choices)
            self.apply(self.state.interrupted(error, next: self.ids.next(), now: self.now, chance: 1))
        case 4: if let pause { self.apply(self.state.waited(attempt: pause, next: self.ids.next())) }
        case 5: self.apply(self.state.unsubscribed())
        case 6...11: self.push(&choices)
        case 12 where self.watches > 0:
            self.watches -= 1
            self.apply(self.state.watchDue(now: self.now))
        case 13, 14: self.demand()
        case 15, 16, 17: self.settle(&choices)
        case 18 where self.flushes > 0:
            self.flushes -= 1
            self.apply(self.state.flushDue())
        case 19: self.now += .milliseconds(choices.number(below: 256) * 20)
        case 20 where choices.byte() > 240: self.apply(self.state.stop())
        case 21 where choices.byte() > 240: self.apply(self.state.finish())
        case 22 where choices.byte() > 240: self.apply(self.state.cancelled())
        default: self.apply(self.state.flush())
        }
        let status = self.state.status
        check(status.inFlight <= Self.limit && status.buffered <= status.inFlight, "\(status)")
        check(status.inFlightBytes >= 0, "\(status)")
    }

    private mutating func push(_ choices: inout Choices) {
        let connection = choices.byte() < 230 ? self.connection ?? .zero : .zero
        for _ in 0...choices.number(below: 3) {
            let number = choices.number(below: 12)
            let record = EventRecord(
                stream: Bytes(utf8: "s"), number: Int64(number), id: GUID(2, UInt64(number)), type: Bytes(utf8: "t"),
                isJSON: false, data: Bytes([UInt8](repeating: 0, count: choices.number(below: 90))), metadata: Bytes(),
                created: 0)
            guard let event = ResolvedEvent(ResolvedRecord(event: record, link: nil)) else { return }
            let (retries, now) = (choices.number(below: 3), self.now)
            if connection == self.connection { self.open[event.received.record.id, default: 0] += 1 }
            let actions = self.state.received(
                event, retryCount: retries, on: connection, next: self.ids.next(), now: now)
            self.apply(actions)
            if !actions.isEmpty { return }
        }
        self.apply(self.state.receivedAll())
    }

    private mutating func demand() {
        guard !self.isWaiting else { return }
        if !self.isClaimed { check(self.state.claim(), "claimed before") }
        self.isClaimed = true
        self.isWaiting = true
        self.apply(self.state.demanded(for: .current))
    }

    private mutating func settle(_ choices: inout Choices) {
        guard !self.inHand.isEmpty else { return }
        let first = choices.number(below: self.inHand.count)
        let events = Array(self.inHand[first...].prefix(choices.number(in: 1...3)))
        // Some are not forgotten, and acknowledged again.
        if choices.byte() < 200 { self.inHand.removeSubrange(first..<(first + events.count)) }
        let outcomes: [State.Acknowledgement]
        let actions: [State.Action]
        if choices.flag() {
            (outcomes, actions) = self.state.acknowledge(events, next: self.ids.next())
        } else {
            (outcomes, actions) = self.state.refuse(events, .park, reason: nil, next: self.ids.next())
        }
        check(outcomes.count == events.count, "\(outcomes.count) outcomes for \(events.count) events")
        for (event, outcome) in zip(events, outcomes) where outcome == .accepted {
            check(event.connection == self.connection || self.connection == nil, "another connection")
        }
        self.apply(actions)
    }

    private mutating func apply(_ actions: [State.Action]) {
        for action in actions {
            switch action {
            // A consumer that asks again is told the end again, and what the server agrees to too late is undone.
            case .cancel, .deliver, .unsubscribe: break
            default: check(!self.isOver, "\(action) after the end")
            }
            switch action {
            case .connect(let id):
                self.asked.append(id)
                self.leave()
            case .cancel, .discard, .announcement: break
            case .pause(_, let attempt):
                self.pause = attempt
                self.leave()
            case .send(let notice): self.sent(notice)
            case .unsubscribe: break
            case .flushLater: self.flushes += 1
            case .watch(let after):
                check(after > .zero, "a watch after \(after)")
                self.watches += 1
                check(self.watches == 1, "\(self.watches) watches at once")
            case .deliver(let delivery): self.take(delivery)
            case .started:
                check(!self.hasStarted, "two beginnings")
                self.hasStarted = true
            case .failedStart:
                check(!self.hasStarted, "a failure after the beginning")
                self.hasStarted = true
            case .end: self.isOver = true
            }
        }
        if case .connected(let id, _) = self.state.phase, self.connection != id {
            self.leave()
            self.connection = id
        }
        if case .ended = self.state.phase { check(self.isOver, "ended, and nobody is told") }
    }

    private mutating func leave() {
        self.connection = nil
        (self.open, self.handedOut) = ([:], [])
    }

    private mutating func sent(_ notice: State.Notice) {
        check(notice.connection == self.connection, "\(notice) on connection \(String(describing: self.connection))")
        check(!notice.ids.isEmpty && notice.ids.count <= AcknowledgementBatch.maximum, "\(notice.ids.count) ids")
        for id in notice.ids {
            let count = self.open[id] ?? 0
            check(count > 0, "\(id) is acknowledged more often than it was pushed on this connection")
            check(self.handedOut.contains(id), "\(id) is acknowledged, and was not handed out on this connection")
            self.open[id] = count - 1
        }
    }

    private mutating func take(_ delivery: Delivery<State.Batch>) {
        check(self.isWaiting, "\(delivery) for nobody")
        self.isWaiting = false
        guard case .batch(let batch) = delivery else {
            self.isEndTold = true
            return
        }
        check(!self.isEndTold, "events after the end")
        check(!batch.events.isEmpty && batch.events.count <= Self.limit, "\(batch.events.count) events at once")
        check(batch.generation >= self.generation, "an old batch")
        self.generation = batch.generation
        for event in batch.events {
            check(event.connection == self.connection, "an event of another connection")
            self.handedOut.insert(event.acknowledgedID)
        }
        self.inHand += batch.events
    }

    private mutating func end() {
        self.apply(self.state.stop())
        self.apply(self.state.finish())
        self.apply(self.state.unsubscribed())
        check(self.isOver && self.hasStarted, "it is not over")
        guard !self.isEndTold else { return }
        if !self.isWaiting {
            self.isWaiting = true
            for case .deliver(let end) in self.state.demanded(for: .current) { self.take(end) }
        }
        check(self.isEndTold && !self.isWaiting, "the end is not told")
    }
}
