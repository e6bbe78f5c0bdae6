import PhotonPumpWire
import Testing

@testable import PhotonPump

@Suite("The budget of events in flight")
struct InFlightBudgetTests {
    typealias States = PersistentSubscriptionStateTests
    typealias Action = PersistentSubscriptionState.Action

    /// An event of this kind takes a little more than a thousand bytes.
    private static let bytes = 1_000

    @Test("the budget of events in flight has room for one event, whatever its size")
    func alone() {
        var budget = InFlightBudget(events: 3, bytes: 10)
        var rooms = [
            budget.hasRoom(for: 1_000_000, besides: (0, 0)), budget.hasRoom(for: 1, besides: (1, 1_000_000)),
        ]
        #expect(rooms == [true, false])
        #expect(budget.next == 1)
        rooms = [budget.hasRoom(for: 1, besides: (0, 0))]
        #expect(rooms == [false], "everything is left to the server until there is a new connection")
        budget.renew()
        #expect((budget.limit, budget.next) == (1, nil))
        rooms = [budget.hasRoom(for: 1, besides: (0, 0))]
        #expect(rooms == [true])
    }

    @Test("the budget of events in flight raises the limit when as many as were asked for would have fit")
    func raised() {
        var budget = InFlightBudget(events: 3, bytes: 10)
        budget.settled(1)
        #expect(budget.next == nil, "there is nothing to raise")
        _ = budget.hasRoom(for: 9, besides: (2, 9))
        budget.renew()
        #expect(budget.limit == 2)
        for bytes in [5, 5, 5, 2, 2] { budget.settled(bytes) }
        #expect(budget.next == nil, "no three in a row would have fit")
        budget.settled(2)
        #expect(budget.next == 3)
    }

    @Test(
        "S30: what a persistent subscription takes of large events stays within its budget, and none of it is repeated")
    func narrowing() throws {
        var state = States.connected(bufferSize: 10, bufferBytes: 2_500)
        var events = try #require(try States.push(0..<5, bytes: Self.bytes, to: &state).batch).events
        #expect(events.map(\.number) == [0, 1], "the others are not held")
        #expect(state.status.inFlightBytes < 2_500)
        #expect(state.status.inFlightLimit == 10)
        // Nor is what comes when there is room: its predecessors are to come before it.
        #expect(state.acknowledge(events[..<1]).actions == [.flushLater])
        #expect(try States.push([5], bytes: 1, to: &state) == [])
        #expect(state.status.inFlight == 1)
        #expect(
            state.acknowledge(events[1...]).actions == [
                States.notice(events), .announce(.limited(to: 2)), .unsubscribe(States.id(1)), .connect(States.id(9)),
            ])
        #expect(state.status.inFlightLimit == 2)
        // Late ones of the old connection.
        #expect(try States.push([6], to: &state) == [])
        #expect(state.confirmed(States.id(9), subscription: "s::g", now: States.start) == [.announce(.connected)])
        #expect(state.demanded(for: .current) == [])
        events = try #require(
            try States.push(2..<4, bytes: Self.bytes, retryCount: 1, on: States.id(9), to: &state).batch
        ).events
        #expect(events.map(\.number) == [2, 3])
        _ = state.acknowledge(events)
        #expect(state.status.phase == .connected, "they fit")
    }

    @Test("the budget of events in flight is for the events that are refused, too, and lets others be delivered again")
    func refused() throws {
        var state = States.connected(bufferSize: 10, bufferBytes: 1)
        let events = try #require(try States.push(0..<2, bytes: Self.bytes, to: &state).batch).events
        #expect(try States.push([0], bytes: Self.bytes, retryCount: 1, to: &state) == [])
        #expect(state.status.inFlight == 1)
        let latest = try #require(state.demanded(for: .current).batch).events
        #expect((latest.map(\.number), latest.map(\.retryCount)) == ([0], [1]))
        #expect(
            state.refuse(events, .park, reason: nil).actions == [
                States.notice(events, .refusal(.park, reason: nil)), .announce(.limited(to: 1)),
                .unsubscribe(States.id(1)), .connect(States.id(9)),
            ])
    }

    @Test("the budget of events in flight is halved when a connection is lost that was just made")
    func lost() throws {
        var state = States.connected(bufferSize: 10)
        _ = state.interrupted(States.loss, next: States.id(2), now: States.time(2), chance: 1)
        #expect(state.status.inFlightLimit == 10, "that one has lasted")
        for (connection, limit) in [(2, 5), (3, 2), (4, 1), (5, 1)] as [(UInt64, Int)] {
            let (id, next) = (States.id(connection), States.id(connection + 1))
            _ = state.confirmed(id, subscription: "s::g", now: States.time(3))
            _ = state.interrupted(States.loss, next: next, now: States.time(3.9), chance: 1)
            #expect(state.status.inFlightLimit == limit)
            _ = state.waited(attempt: state.status.failedAttempts + 1, next: next)
        }
    }

    @Test("the budget of events in flight that is used up by events which nobody acknowledges is a stall")
    func stalled() throws {
        var state = States.connected(bufferSize: 10, bufferBytes: 1, messageTimeout: .seconds(10))
        let event = try #require(try States.push(0..<2, to: &state).batch?.events.first)
        _ = state.watchDue(now: States.time(8))
        #expect(state.watchDue(now: States.time(10)).first == .announce(.stalled([event.id])))
    }

    @Test("the budget of events in flight does not keep a subscription that is stopped")
    func stopped() throws {
        var state = States.connected(bufferSize: 10, bufferBytes: 1)
        let events = try #require(try States.push(0..<2, to: &state).batch).events
        #expect(state.stop() == [.discard(before: 1), .announce(.stopping)])
        #expect(state.acknowledge(events).actions == [.flushLater])
        #expect(
            state.finish() == [States.notice(events), .unsubscribe(States.id(1)), .discard(before: 2)])
    }
}
