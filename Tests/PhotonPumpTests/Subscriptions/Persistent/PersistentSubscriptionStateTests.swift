import PhotonPumpWire
import Testing

@testable import PhotonPump

@Suite("What a persistent subscription decides")
struct PersistentSubscriptionStateTests {
    typealias State = PersistentSubscriptionState
    typealias Action = State.Action

    @Test("a persistent subscription decides to give a waiting consumer what has come together, at once")
    func delivery() throws {
        var state = Self.connected(isIterated: false)
        let claims = [state.claim(), state.claim()]
        #expect(claims == [true, false])
        #expect(state.demanded(for: .current) == [])
        #expect(try Self.push(0..<3, to: &state).batch?.events.map(\.number) == [0, 1, 2])
        // The next ones wait for the consumer.
        #expect(try Self.push([3], to: &state) == [])
        #expect(state.status.buffered == 1)
        #expect(state.demanded(for: .current).batch?.events.map(\.number) == [3])
    }

    @Test("a persistent subscription decides to leave a server that pushes too much, and to connect again")
    func tooMany() throws {
        var state = Self.connected(bufferSize: 2)
        let actions = try Self.push(0..<3, to: &state)
        let error = PhotonPumpError(
            .unexpectedReply, "the server has pushed more than the 2 events it was allowed")
        #expect(
            actions == [
                .unsubscribe(Self.id(1)), .discard(before: 1),
                .announce(.interrupted(attempt: 2, after: .seconds(1), cause: error)),
                .pause(.seconds(1), attempt: 2),
            ])
        #expect(state.status.inFlight == 0)
    }

    @Test(
        "a persistent subscription decides to acknowledge a second delivery with the first, and not to hand it out then"
    )
    func secondDelivery() throws {
        var state = Self.connected()
        let events = try Self.deliver(0..<1, to: &state)
        #expect(state.isLatest(events[0]))
        #expect(try Self.push([0], retryCount: 1, at: 31, to: &state) == [])
        #expect(state.status.buffered == 1)
        #expect(!state.isLatest(events[0]))
        #expect(state.acknowledge(events).outcomes == [.accepted])
        #expect(state.status.buffered == 0)
        #expect(state.status.inFlight == 0)
    }

    @Test(
        "a persistent subscription decides to look after events that have been in flight for four fifths of their time")
    func watching() throws {
        let timeout = Duration.seconds(10)
        var state = Self.connected(bufferSize: 1, messageTimeout: timeout)
        let actions = try Self.push([0], to: &state)
        let event = try #require(actions.batch?.events.first)
        #expect(actions.last == .watch(after: .seconds(8)))
        #expect(try Self.push([], to: &state) == [], "it is watched already")
        #expect(
            state.watchDue(now: Self.time(8)) == [
                .announce(.slow(event.id, messageTimeout: timeout)), .watch(after: .seconds(2)),
            ])
        #expect(
            state.watchDue(now: Self.time(10)) == [.announce(.stalled([event.id])), .watch(after: .seconds(8))])
        #expect(state.acknowledge([event]).actions.first == .announce(.recovered))
        #expect(state.watchDue(now: Self.time(18)) == [])
    }

    // MARK: Acknowledgements

    @Test(
        "a persistent subscription decides to send acknowledgements with a quarter of the buffer, on demand, and otherwise later"
    )
    func acknowledging() throws {
        var state = Self.connected(bufferSize: 8)
        let events = try Self.deliver(0..<4, to: &state)
        let first = state.acknowledge(events[..<1])
        #expect(first.outcomes == [.accepted])
        #expect(first.actions == [.flushLater])
        #expect(state.acknowledge(events[1...1]).actions == [Self.notice(events[..<2])])
        // It is still going to report.
        #expect(state.acknowledge(events[2...2]).actions == [])
        #expect(state.demanded(for: .current) == [Self.notice(events[2...2])])
        #expect(state.acknowledge(events[3...]).actions == [])
        #expect(state.flushDue() == [Self.notice(events[3...])])
        #expect(state.flushDue() == [])
    }

    @Test("a persistent subscription decides to send each acknowledgement at once when none may wait")
    func undelayed() throws {
        var state = Self.connected(bufferSize: 100, delays: false)
        let events = try Self.deliver(0..<1, to: &state)
        #expect(state.acknowledge(events).actions == [Self.notice(events)])
    }

    @Test(
        "a persistent subscription decides to send refusals after what was acknowledged before, and nothing for events that are gone"
    )
    func refusing() throws {
        var state = Self.connected(bufferSize: 100)
        let events = try Self.deliver(0..<3, to: &state)
        _ = state.acknowledge(events[..<1])
        let refusal = state.refuse(events, .park, reason: "lame")
        #expect(refusal.outcomes == [.expired, .accepted, .accepted])
        #expect(
            refusal.actions == [Self.notice(events[..<1]), Self.notice(events[1...], .refusal(.park, reason: "lame"))])
        let again = state.refuse(events, .park, reason: "lame")
        #expect(again.outcomes == [.expired, .expired, .expired])
        #expect(again.actions == [])
    }

    @Test(
        "a persistent subscription decides to accept nothing that came by another connection, and to send nothing that was collected for it"
    )
    func otherConnection() throws {
        var state = Self.connected(bufferSize: 100)
        let events = try Self.deliver(0..<2, to: &state)
        _ = state.acknowledge(events[..<1])
        #expect(
            state.interrupted(Self.loss, next: Self.id(3), now: Self.time(5), chance: 1) == [
                .discard(before: 1), .announce(.interrupted(attempt: 1, after: .zero, cause: Self.loss)),
                .connect(Self.id(3)),
            ])
        #expect(state.acknowledge(events[1...]).outcomes == [.expired])
        #expect(state.confirmed(Self.id(3), subscription: "s::g", now: Self.time(6)) == [.announce(.connected)])
        let (acknowledgement, refusal) = (state.acknowledge(events), state.refuse(events, .retry, reason: nil))
        #expect(acknowledgement.outcomes == [.expired, .expired])
        #expect(acknowledgement.actions == [])
        #expect(refusal.outcomes == [.expired, .expired])
        #expect(refusal.actions == [])
        #expect(state.flushDue() == [])
        #expect(state.demanded(for: .current) == [])
    }

    // MARK: Connecting again

    @Test(
        "a persistent subscription decides to connect again at once after a connection that lasted, and ever later after others"
    )
    func backingOff() {
        var state = Self.connected()
        let lost = state.interrupted(Self.loss, next: Self.id(2), now: Self.time(2), chance: 1)
        #expect(lost.last == .connect(Self.id(2)))
        _ = state.confirmed(Self.id(2), subscription: "s::g", now: Self.time(3))
        let dropped = PhotonPumpError(.subscriptionDropped, "dropped")
        #expect(
            state.interrupted(dropped, next: Self.id(3), now: Self.time(3.5), chance: 1) == [
                .discard(before: 2), .announce(.interrupted(attempt: 2, after: .seconds(1), cause: dropped)),
                .pause(.seconds(1), attempt: 2),
            ])
        #expect(state.waited(attempt: 7, next: Self.id(3)) == [])
        #expect(state.waited(attempt: 2, next: Self.id(3)) == [.connect(Self.id(3))])
        #expect(state.failed(Self.id(2), Self.loss, now: Self.time(4), chance: 1) == [], "an earlier request")
        for (number, pause) in zip([3, 4, 5, 6] as [UInt64], [2, 4, 4, 4]) {
            let actions = state.failed(Self.id(number), Self.loss, now: Self.time(5), chance: 1)
            #expect(actions.last == .pause(.seconds(pause), attempt: Int(number)))
            #expect(
                state.waited(attempt: Int(number), next: Self.id(number + 1)) == [.connect(Self.id(number + 1))])
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
        let first = state.failed(Self.id(2), refusal, now: Self.time(100), chance: 1)
        #expect(first.last == .pause(.seconds(1), attempt: 2))
        _ = state.waited(attempt: 2, next: Self.id(3))
        let second = state.failed(Self.id(3), refusal, now: Self.time(129), chance: 1)
        #expect(second.last == .pause(.seconds(2), attempt: 3))
        _ = state.waited(attempt: 3, next: Self.id(4))
        let third = state.failed(Self.id(4), refusal, now: Self.time(130), chance: 1)
        #expect(third.contains(.announce(.ended(refusal))))
        #expect(state.status.phase == .ended)
        #expect(state.status.lastError?.code == .tooManySubscribers)
    }

    @Test("a persistent subscription decides to end when what the server says after a loss will never pass")
    func lostForGood() {
        var state = Self.connected()
        _ = state.interrupted(Self.loss, next: Self.id(2), now: Self.time(2), chance: 1)
        let gone = PhotonPumpError(.subscriptionNotFound, "not found")
        #expect(
            state.failed(Self.id(2), gone, now: Self.time(2), chance: 1) == [
                .discard(before: 2), .announce(.ended(gone)), .deliver(.error(gone)), .end,
            ])
        #expect(state.demanded(for: .current) == [.deliver(.end)])
        #expect(state.status.phase == .ended)
    }

    @Test("a persistent subscription decides to give up what fails the first time, whatever the reason")
    func firstFailure() {
        var state = Self.connecting()
        #expect(
            state.failed(Self.id(1), Self.loss, now: Self.time(5), chance: 1) == [
                .discard(before: 1), .announce(.ended(Self.loss)), .notStarted(Self.loss), .end,
            ])
        #expect(state.status.phase == .ended)
    }

    // MARK: The end

    @Test(
        "a persistent subscription decides to tell the server of a subscription that is not wanted any more when it agrees"
    )
    func lateConfirmation() {
        var state = Self.connecting()
        #expect(
            state.stop() == [
                .discard(before: 1), .announce(.ended(nil)), .notStarted(nil), .end, .cancel(Self.id(1)),
            ])
        #expect(state.confirmed(Self.id(1), subscription: "s::g", now: Self.start) == [.unsubscribe(Self.id(1))])
    }

    @Test("a persistent subscription decides to stop delivering at once, and to leave when the consumer is through")
    func stopping() throws {
        var state = Self.connected(bufferSize: 100)
        let events = try Self.deliver(0..<1, to: &state)
        _ = try Self.push(1..<3, to: &state)
        #expect(state.stop() == [.discard(before: 1), .announce(.stopping)])
        #expect(state.status.inFlight == 1)
        #expect(state.demanded(for: .current) == [.deliver(.end)])
        #expect(state.acknowledge(events).outcomes == [.accepted])
        #expect(
            state.finish() == [Self.notice(events), .unsubscribe(Self.id(1)), .discard(before: 2)])
        #expect(state.acknowledge(events).outcomes == [.expired])
        #expect(state.status.phase == .stopping)
        #expect(state.unsubscribed() == [.discard(before: 3), .announce(.ended(nil)), .end])
        #expect(state.status.phase == .ended)
        #expect(state.finish() == [])
    }

    @Test(
        "S46: a persistent subscription decides to acknowledge what a handler was at when it was delivered again, even after being stopped"
    )
    func stoppedWithSecondDelivery() throws {
        var state = Self.connected(bufferSize: 100)
        let events = try Self.deliver(0..<1, to: &state)
        _ = try Self.push([0], retryCount: 1, at: 31, to: &state)
        _ = state.stop()
        #expect(state.acknowledge(events).outcomes == [.accepted])
        #expect(state.finish().first == Self.notice(events))
    }

    @Test("a persistent subscription decides to leave at once when it is stopped and nobody goes through its events")
    func unused() {
        var state = Self.connected(isIterated: false)
        #expect(state.stop() == [.unsubscribe(Self.id(1)), .discard(before: 1)])
    }

    @Test("a persistent subscription decides to end a waiting consumer that is cancelled, and one that comes later")
    func cancelled() {
        var waiting = Self.connected()
        #expect(
            waiting.cancelled() == [
                .discard(before: 1), .announce(.stopping), .deliver(.error(CancellationError())),
            ])
        #expect(waiting.demanded(for: .current) == [.deliver(.end)])

        var coming = Self.connected(isIterated: false)
        _ = coming.claim()
        _ = coming.cancelled()
        #expect(coming.demanded(for: .current) == [.deliver(.error(CancellationError()))])
    }

    @Test(
        "a persistent subscription decides to end when the connection is lost while it stops", arguments: [false, true])
    func lostWhileStopping(isUnsubscribing: Bool) {
        var state = Self.connected()
        #expect(state.stop().last == .deliver(.end))
        if isUnsubscribing { _ = state.finish() }
        #expect(
            state.interrupted(Self.loss, next: Self.id(5), now: Self.time(9), chance: 1) == [
                .discard(before: isUnsubscribing ? 3 : 2), .announce(.ended(nil)), .end,
            ])
        #expect(state.status.phase == .ended)
    }

    @Test(
        "a persistent subscription decides to have closing wait for a consumer that still handles events, unless that is who closes"
    )
    func busy() async {
        let (own, other) = (Work.current, await Task.detached { Work.current }.value)
        var state = Self.connected()
        #expect(!state.isBusy(besides: other))
        _ = state.stop()
        #expect(state.isBusy(besides: other))
        #expect(!state.isBusy(besides: own))
        _ = state.finish()
        #expect(state.isBusy(besides: own))
        _ = state.unsubscribed()
        #expect(!state.isBusy(besides: other))
    }
}
