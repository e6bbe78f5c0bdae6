import PhotonPumpTransport
import PhotonPumpWire
import Testing

@testable import PhotonPump

extension [PersistentSubscriptionState.Action] {
    /// What the consumer receives.
    var batch: PersistentSubscriptionState.Batch? {
        for case .deliver(.batch(let batch)) in self { return batch }
        return nil
    }
}

extension PersistentSubscriptionState {
    mutating func acknowledge(
        _ events: some Sequence<DeliveredEvent>
    ) -> (outcomes: [Acknowledgement], actions: [Action]) {
        self.acknowledge(events, next: PersistentSubscriptionStateTests.id(9))
    }

    mutating func refuse(
        _ events: some Sequence<DeliveredEvent>, _ action: PersistentSubscription.RefusalAction, reason: String?
    ) -> (outcomes: [Acknowledgement], actions: [Action]) {
        self.refuse(events, action, reason: reason, next: PersistentSubscriptionStateTests.id(9))
    }
}

extension PersistentSubscriptionStateTests {
    static let start = Environment.Instant.now
    static let loss = PhotonPumpError(.connectionLost, "lost")

    static func id(_ number: UInt64) -> GUID { GUID(1, number) }
    static func time(_ seconds: Double) -> Environment.Instant { self.start + .seconds(seconds) }

    static func connecting(
        bufferSize: Int = 4, bufferBytes: Int = .max, messageTimeout: Duration? = nil, delays: Bool = true
    ) -> State {
        var state = State(
            bufferSize: bufferSize, bufferBytes: bufferBytes, messageTimeout: messageTimeout, delays: delays,
            backoff: Backoff(first: .seconds(1), ceiling: .seconds(4)), id: self.id(1))
        #expect(state.begin() == [.connect(self.id(1))])
        return state
    }

    /// - Parameter isIterated: whether a consumer waits for events.
    static func connected(
        bufferSize: Int = 4, bufferBytes: Int = .max, messageTimeout: Duration? = nil, delays: Bool = true,
        isIterated: Bool = true
    ) -> State {
        var state = self.connecting(
            bufferSize: bufferSize, bufferBytes: bufferBytes, messageTimeout: messageTimeout, delays: delays)
        #expect(
            state.confirmed(self.id(1), subscription: "s::g", now: self.start) == [.announce(.connected), .started])
        if isIterated {
            _ = state.claim()
            #expect(state.demanded(for: .current) == [])
        }
        return state
    }

    static func event(_ number: Int, bytes: Int = 0) throws -> ResolvedEvent {
        let record = EventRecord(
            stream: Bytes(utf8: "s"), number: Int64(number), id: GUID(2, UInt64(number)), type: Bytes(utf8: "t"),
            isJSON: false, data: Bytes([UInt8](repeating: 0, count: bytes)), metadata: Bytes(), created: 0)
        return try #require(ResolvedEvent(ResolvedRecord(event: record, link: nil)))
    }

    /// What follows from events that come together.
    static func push(
        _ numbers: some Sequence<Int>, bytes: Int = 0, retryCount: Int = 0, at time: Double = 0,
        on connection: GUID = Self.id(1), to state: inout State
    ) throws -> [Action] {
        for number in numbers {
            let actions = state.received(
                try self.event(number, bytes: bytes), retryCount: retryCount, on: connection, next: self.id(9),
                now: self.time(time))
            if !actions.isEmpty { return actions }
        }
        return state.receivedAll()
    }

    /// What the consumer receives when events come while it waits.
    static func deliver(_ numbers: Range<Int>, to state: inout State) throws -> [DeliveredEvent] {
        try #require(try self.push(numbers, to: &state).batch).events
    }

    static func notice(
        _ events: some Sequence<DeliveredEvent>, _ kind: State.Notice.Kind = .acknowledgement
    ) -> Action {
        .send(
            State.Notice(
                connection: self.id(1), subscription: "s::g", kind: kind, ids: events.map(\.acknowledgedID)))
    }

    // MARK: Delivery
}
