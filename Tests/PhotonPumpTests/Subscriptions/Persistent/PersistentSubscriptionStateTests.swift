import PhotonPumpWire
import Testing

@testable import PhotonPump

@Suite("What a persistent subscription decides")
struct PersistentSubscriptionStateTests {
    private typealias State = PersistentSubscriptionState

    private static let start = ContinuousClock.now
    private static func id(_ number: UInt64) -> GUID { GUID(1, number) }
    private static func time(_ seconds: Double) -> ContinuousClock.Instant { self.start + .seconds(seconds) }

    private static func connecting(bufferSize: Int = 4, delays: Bool = true) -> State {
        State(
            bufferSize: bufferSize, messageTimeout: nil, delays: delays,
            backoff: Backoff(first: .seconds(1), ceiling: .seconds(4)), id: self.id(1))
    }

    private static func connected(bufferSize: Int = 4, delays: Bool = true) -> State {
        var state = self.connecting(bufferSize: bufferSize, delays: delays)
        let actions = state.confirmed(self.id(1), subscription: "s::g", now: self.start)
        #expect(actions.started != nil)
        return state
    }

    private static func event(_ number: Int) throws -> ResolvedEvent {
        let record = EventRecord(
            stream: Bytes(utf8: "s"), number: Int64(number), id: GUID(2, UInt64(number)), type: Bytes(utf8: "t"),
            isJSON: false, data: Bytes(), metadata: Bytes(), created: 0)
        return try #require(ResolvedEvent(ResolvedRecord(event: record, link: nil)))
    }

    /// The actions, when there are any, that follow from events that come together.
    private static func push(_ numbers: Range<Int>, to state: inout State) throws -> State.Actions {
        for number in numbers {
            let actions = state.received(
                try self.event(number), retryCount: 0, on: self.id(1), next: self.id(9), now: self.start)
            if let actions { return actions }
        }
        return state.settled(now: self.start)
    }

    private static let loss = PhotonPumpError(.connectionLost, "lost")

    @Test("a persistent subscription decides to give a waiting consumer what has come together, at once")
    func delivery() throws {
        var state = Self.connected()
        let turns = [state.taken(), state.taken()]
        #expect(turns == [true, false])
        #expect(state.demanded().deliver == nil)
        let events = try #require(try Self.push(0..<3, to: &state).deliver?.events)
        #expect(events.map(\.number) == [0, 1, 2])
        // The next ones wait for the consumer.
        #expect(try Self.push(3..<4, to: &state).deliver == nil)
        #expect(state.demanded().deliver?.events?.map(\.number) == [3])
    }

    @Test(
        "a persistent subscription decides to send acknowledgements with a quarter of the buffer, on demand, and otherwise later"
    )
    func acknowledging() throws {
        var state = Self.connected(bufferSize: 8)
        _ = state.demanded()
        let events = try #require(try Self.push(0..<4, to: &state).deliver?.events)
        var actions = State.Actions()
        #expect(state.acknowledge(events[..<1], &actions) == [.accepted])
        #expect(actions.notices.isEmpty)
        #expect(actions.flushesLater)
        actions = State.Actions()
        #expect(state.acknowledge(events[1...1], &actions) == [.accepted])
        #expect(actions.notices.map(\.ids) == [events[..<2].map(\.acknowledgedID)])
        #expect(actions.notices.allSatisfy { $0.connection == Self.id(1) && $0.subscription == "s::g" })
        // It is still going to report.
        #expect(!actions.flushesLater)
        actions = State.Actions()
        _ = state.acknowledge(events[2...2], &actions)
        #expect(actions.notices.isEmpty)
        #expect(!actions.flushesLater)
        #expect(state.demanded().notices.map(\.ids) == [[events[2].acknowledgedID]])
        actions = State.Actions()
        _ = state.acknowledge(events[3...], &actions)
        #expect(state.flushDue().notices.count == 1)
        #expect(state.flushDue().notices.isEmpty)
    }

    @Test("a persistent subscription decides to send each acknowledgement at once when none may wait")
    func undelayed() throws {
        var state = Self.connected(bufferSize: 100, delays: false)
        _ = state.demanded()
        let events = try #require(try Self.push(0..<1, to: &state).deliver?.events)
        var actions = State.Actions()
        _ = state.acknowledge(events, &actions)
        #expect(actions.notices.count == 1)
        #expect(!actions.flushesLater)
    }

    @Test(
        "a persistent subscription decides to accept nothing that came by another connection, and to send nothing that was collected for it"
    )
    func otherConnection() throws {
        var state = Self.connected(bufferSize: 100)
        _ = state.demanded()
        let events = try #require(try Self.push(0..<2, to: &state).deliver?.events)
        var actions = State.Actions()
        _ = state.acknowledge(events[..<1], &actions)
        let loss = state.interrupted(Self.loss, next: Self.id(3), now: Self.time(5), chance: 1)
        #expect(loss.connect == Self.id(3))
        #expect(loss.discards)
        #expect(state.acknowledge(events[1...], &actions) == [.expired])
        _ = state.confirmed(Self.id(3), subscription: "s::g", now: Self.time(6))
        #expect(state.acknowledge(events, &actions) == [.expired, .expired])
        #expect(state.refuse(events, .retry, reason: nil, &actions) == [.expired, .expired])
        #expect(actions.notices.isEmpty)
        #expect(state.flushDue().notices.isEmpty)
        #expect(state.demanded().deliver == nil)
    }

    @Test(
        "a persistent subscription decides to connect again at once after a connection that lasted, and ever later after others"
    )
    func backingOff() {
        var state = Self.connected()
        #expect(state.interrupted(Self.loss, next: Self.id(2), now: Self.time(2), chance: 1).connect == Self.id(2))
        _ = state.confirmed(Self.id(2), subscription: "s::g", now: Self.time(3))
        let dropped = PhotonPumpError(.subscriptionDropped, "dropped")
        let first = state.interrupted(dropped, next: Self.id(3), now: Self.time(3.5), chance: 1)
        #expect(first.connect == nil)
        #expect(first.pause?.duration == .seconds(1))
        #expect(state.waited(attempt: 7, next: Self.id(3)).connect == nil)
        #expect(state.waited(attempt: 2, next: Self.id(3)).connect == Self.id(3))
        #expect(state.failed(Self.id(2), Self.loss, now: Self.time(4), chance: 1).pause == nil, "an earlier request")
        for (number, pause) in zip([3, 4, 5, 6] as [UInt64], [2, 4, 4, 4]) {
            let actions = state.failed(Self.id(number), Self.loss, now: Self.time(5), chance: 1)
            #expect(actions.pause?.duration == .seconds(pause))
            #expect(state.waited(attempt: Int(number), next: Self.id(number + 1)).connect == Self.id(number + 1))
        }
        #expect(state.status.failedAttempts == 5)
    }

    @Test(
        "a persistent subscription decides to ask again for a while when the server still counts the consumer it has lost"
    )
    func afterLoss() {
        let refusal = PhotonPumpError(.tooManySubscribers, "too many")
        var state = Self.connected()
        _ = state.interrupted(Self.loss, next: Self.id(2), now: Self.time(2), chance: 1)
        #expect(state.failed(Self.id(2), refusal, now: Self.time(100), chance: 1).pause?.duration == .seconds(1))
        _ = state.waited(attempt: 2, next: Self.id(3))
        #expect(state.failed(Self.id(3), refusal, now: Self.time(129), chance: 1).pause?.duration == .seconds(2))
        _ = state.waited(attempt: 3, next: Self.id(4))
        #expect(state.failed(Self.id(4), refusal, now: Self.time(130), chance: 1).pause == nil)
        #expect(state.status.phase == .ended)
        #expect(state.status.lastError?.code == .tooManySubscribers)

        var other = Self.connected()
        _ = other.interrupted(Self.loss, next: Self.id(2), now: Self.time(2), chance: 1)
        let gone = PhotonPumpError(.subscriptionNotFound, "not found")
        #expect(other.failed(Self.id(2), gone, now: Self.time(2), chance: 1).pause == nil)
        #expect(other.status.phase == .ended)
    }

    @Test(
        "S46: a persistent subscription decides to acknowledge what a handler was at when it was delivered again, even after being stopped"
    )
    func stoppedWithSecondDelivery() throws {
        var state = Self.connected(bufferSize: 100)
        _ = state.taken()
        _ = state.demanded()
        let events = try #require(try Self.push(0..<1, to: &state).deliver?.events)
        _ = state.received(try Self.event(0), retryCount: 1, on: Self.id(1), next: Self.id(9), now: Self.time(31))
        _ = state.stop()
        var actions = State.Actions()
        #expect(state.acknowledge(events, &actions) == [.accepted])
        #expect(state.finish().notices.map(\.ids) == [events.map(\.acknowledgedID)])
    }

    @Test("a persistent subscription decides to give up what fails the first time, whatever the reason")
    func firstFailure() {
        var state = Self.connecting()
        let actions = state.failed(Self.id(1), Self.loss, now: Self.time(5), chance: 1)
        #expect(throws: PhotonPumpError.self) { try actions.started?.get() }
        #expect(state.status.phase == .ended)
    }

    @Test(
        "a persistent subscription decides to tell the server of a subscription that is not wanted any more when it agrees"
    )
    func lateConfirmation() {
        var state = Self.connecting()
        let actions = state.stop()
        #expect(actions.cancel == Self.id(1))
        #expect(throws: CancellationError.self) { try actions.started?.get() }
        #expect(state.confirmed(Self.id(1), subscription: "s::g", now: Self.start).leave == Self.id(1))
    }

    @Test("a persistent subscription decides to stop delivering at once, and to leave when the consumer is through")
    func stopping() throws {
        var state = Self.connected(bufferSize: 100)
        _ = state.taken()
        _ = state.demanded()
        let events = try #require(try Self.push(0..<1, to: &state).deliver?.events)
        _ = try Self.push(1..<3, to: &state)
        let stop = state.stop()
        #expect(stop.discards)
        #expect(stop.leave == nil)
        #expect(state.status.inFlight == 1)
        #expect(state.demanded().deliver?.isEnd == true)
        var actions = State.Actions()
        #expect(state.acknowledge(events, &actions) == [.accepted])
        let finish = state.finish()
        #expect(finish.notices.map(\.ids) == [events.map(\.acknowledgedID)])
        #expect(finish.leave == Self.id(1))
        #expect(state.acknowledge(events, &actions) == [.expired])
        #expect(state.status.phase == .stopping)
        #expect(state.left().changes.count == 1)
        #expect(state.status.phase == .ended)
        #expect(state.finish().leave == nil)
    }

    @Test("a persistent subscription decides to leave at once when it is stopped and nobody goes through its events")
    func unused() {
        var state = Self.connected()
        #expect(state.stop().leave == Self.id(1))
    }

    @Test("a persistent subscription decides to end a waiting consumer that is cancelled, and one that comes later")
    func cancelled() {
        var waiting = Self.connected()
        _ = waiting.taken()
        _ = waiting.demanded()
        #expect(waiting.cancelled().deliver?.isError == true)
        #expect(waiting.demanded().deliver?.isEnd == true)

        var coming = Self.connected()
        _ = coming.taken()
        _ = coming.cancelled()
        #expect(coming.demanded().deliver?.isError == true)
    }

    @Test("a persistent subscription decides to end when the connection is lost while it stops")
    func lostWhileStopping() throws {
        for isLeaving in [false, true] {
            var state = Self.connected()
            _ = state.taken()
            _ = state.stop()
            if isLeaving { _ = state.finish() }
            let actions = state.interrupted(Self.loss, next: Self.id(5), now: Self.time(9), chance: 1)
            #expect(actions.connect == nil)
            #expect(state.status.phase == .ended)
        }
    }

    @Test(
        "a persistent subscription decides to acknowledge a second delivery with the first, and not to hand it out then"
    )
    func secondDelivery() throws {
        var state = Self.connected()
        _ = state.demanded()
        let events = try #require(try Self.push(0..<1, to: &state).deliver?.events)
        #expect(state.isLatest(events[0]))
        _ = state.received(try Self.event(0), retryCount: 1, on: Self.id(1), next: Self.id(9), now: Self.time(31))
        #expect(state.status.buffered == 1)
        #expect(!state.isLatest(events[0]))
        var actions = State.Actions()
        #expect(state.acknowledge(events, &actions) == [.accepted])
        #expect(state.status.buffered == 0)
        #expect(state.status.inFlight == 0)
    }

    @Test("a persistent subscription decides to leave a server that pushes too much, and to connect again")
    func tooMany() throws {
        var state = Self.connected(bufferSize: 2)
        let actions = try Self.push(0..<3, to: &state)
        #expect(actions.leave == Self.id(1))
        #expect(actions.pause?.attempt == 2)
        #expect(state.status.inFlight == 0)
    }
}

extension PersistentSubscriptionState.Delivery {
    fileprivate var events: [DeliveredEvent]? { if case .events(let events) = self { events } else { nil } }
    fileprivate var isEnd: Bool { if case .end = self { true } else { false } }
    fileprivate var isError: Bool { if case .error = self { true } else { false } }
}
