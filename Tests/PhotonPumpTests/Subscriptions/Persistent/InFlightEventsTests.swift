import PhotonPumpTransport
import PhotonPumpWire
import Testing

@testable import PhotonPump

@Suite("Events in flight")
struct InFlightEventsTests {
    private let start = Environment.Instant.now

    private func id(_ number: UInt64) -> GUID { GUID(1, number) }
    private func time(_ seconds: Double) -> Environment.Instant { self.start + .seconds(seconds) }

    private func full(_ count: Int = 3, timeout: Duration? = .seconds(10)) -> InFlightEvents {
        var events = InFlightEvents(InFlightBudget(events: count, bytes: .max), timeout: timeout)
        for number in 0..<count {
            let admission = events.admit(self.id(UInt64(number)), bytes: 1, isRepeated: false, now: self.start)
            #expect(admission == .new(slot: number))
        }
        return events
    }

    @Test("events in flight take no more slots than were allowed, and those that become free again")
    func slots() {
        var events = self.full()
        #expect(events.admit(self.id(9), bytes: 1, isRepeated: false, now: self.time(0.9)) == .tooMany)
        #expect(events.remove(self.id(1), slot: 1) == false)
        #expect(events.admit(self.id(9), bytes: 1, isRepeated: false, now: self.time(1)) == .new(slot: 1))
        #expect(events.count == 3)
    }

    @Test("events in flight are removed once, and only where they are")
    func removing() {
        var events = self.full()
        events.give(0)
        #expect(events.remove(self.id(0), slot: 1) == nil)
        #expect(events.remove(self.id(0), slot: 7) == nil)
        #expect(events.remove(self.id(0), slot: 0) == true)
        #expect(events.remove(self.id(0), slot: 0) == nil)
        #expect(events.count == 2)
    }

    @Test("events in flight keep their slots when they are delivered again")
    func again() {
        var events = self.full()
        events.give(2)
        #expect(events.isLatest(self.id(2), slot: 2, pushCount: 1))
        #expect(
            events.admit(self.id(2), bytes: 1, isRepeated: true, now: self.time(11)) == .again(slot: 2, wasGiven: true))
        #expect(!events.isLatest(self.id(2), slot: 2, pushCount: 1))
        #expect(events.isLatest(self.id(2), slot: 2, pushCount: events.pushCount(2)))
        // Whatever the server says, there is no room for another.
        #expect(
            events.admit(self.id(0), bytes: 1, isRepeated: false, now: self.time(11))
                == .again(slot: 0, wasGiven: false))
        #expect(events.count == 3)
    }

    @Test("events in flight make room for others when the server has taken them back, the oldest first")
    func takenBack() {
        for timeout in [nil, .seconds(10)] as [Duration?] {
            var events = self.full(2, timeout: timeout)
            _ = events.remove(self.id(0), slot: 0)
            #expect(events.admit(self.id(5), bytes: 1, isRepeated: false, now: self.time(0.4)) == .new(slot: 0))
            #expect(events.admit(self.id(6), bytes: 1, isRepeated: false, now: self.time(0.9)) == .tooMany)
            // The server's clock, or the group's timeout, is not what it is taken for.
            #expect(
                events.admit(self.id(6), bytes: 1, isRepeated: false, now: self.time(1))
                    == .instead(slot: 1, wasGiven: false))
            #expect(events.remove(self.id(1), slot: 1) == nil)
            #expect(events.admit(self.id(7), bytes: 1, isRepeated: false, now: self.time(1.3)) == .tooMany)
            #expect(events.count == 2)
        }
    }

    @Test("events in flight make room the sooner, the sooner their time is up")
    func shortTimeout() {
        var events = self.full(timeout: .milliseconds(100))
        #expect(events.admit(self.id(9), bytes: 1, isRepeated: false, now: self.time(0.09)) == .tooMany)
        #expect(
            events.admit(self.id(9), bytes: 1, isRepeated: false, now: self.time(0.1))
                == .instead(slot: 0, wasGiven: false))
    }

    @Test("events in flight are not watched where the server waits for ever")
    func noTimeout() {
        var events = self.full(timeout: nil)
        #expect(events.look(now: self.time(100_000)) == InFlightEvents.Look())
    }

    @Test("events in flight are told when the consumer has had them for four fifths of the timeout, each once")
    func slow() {
        var events = self.full(4)
        for slot in 0..<2 { events.give(slot) }
        #expect(events.look(now: self.time(7.9)).slow.isEmpty)
        #expect(events.look(now: self.time(7.9)).next == self.time(8.4))
        #expect(events.look(now: self.time(8)).slow == [self.id(0), self.id(1)])
        #expect(events.look(now: self.time(9)).slow.isEmpty)
        // A new delivery has a time of its own.
        _ = events.admit(self.id(0), bytes: 1, isRepeated: true, now: self.time(11))
        events.give(0)
        #expect(events.look(now: self.time(18)).slow.isEmpty)
        #expect(events.look(now: self.time(19)).slow == [self.id(0)])
    }

    @Test(
        "events in flight stall when all slots are taken for longer than the timeout, even if they are delivered again; told once"
    )
    func stalled() {
        var events = self.full()
        _ = events.remove(self.id(2), slot: 2)
        _ = events.admit(self.id(3), bytes: 1, isRepeated: false, now: self.time(5))
        for number in [0, 1] as [UInt64] {
            _ = events.admit(self.id(number), bytes: 1, isRepeated: true, now: self.time(10))
        }
        #expect(events.look(now: self.time(14.9)).stalled.isEmpty)
        #expect(events.look(now: self.time(15)).stalled == [self.id(0), self.id(1), self.id(3)])
        #expect(events.look(now: self.time(16)).stalled.isEmpty)
        _ = events.remove(self.id(0), slot: 0)
        _ = events.admit(self.id(4), bytes: 1, isRepeated: false, now: self.time(20))
        #expect(events.look(now: self.time(30)).stalled == [self.id(4), self.id(1), self.id(3)])
    }

    @Test("events in flight are not looked at when there are none")
    func nothing() {
        var events = InFlightEvents(InFlightBudget(events: 2, bytes: .max), timeout: .seconds(1))
        #expect(events.look(now: self.start).next == nil)
        _ = events.admit(self.id(0), bytes: 1, isRepeated: false, now: self.start)
        #expect(events.look(now: self.start).next == self.time(0.8))
        events.removeAll()
        #expect(events.count == 0)
        #expect(events.look(now: self.time(5)).next == nil)
    }
}
