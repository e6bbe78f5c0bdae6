import PhotonPumpTransport
import Testing

@testable import EmbeddedEventStore

@Suite struct HeartbeatTests {
    private let start = Environment.Instant.now

    private func heartbeat() -> Heartbeat {
        Heartbeat(interval: .seconds(2), timeout: .seconds(1), now: self.start)
    }

    private func at(_ seconds: Double) -> Environment.Instant {
        self.start + .seconds(seconds)
    }

    @Test("a silent client is asked after the interval and given up after the timeout")
    func silent() {
        var heartbeat = self.heartbeat()
        #expect(heartbeat.timerFired(now: self.at(0)) == .wait(until: self.at(2)))
        #expect(heartbeat.timerFired(now: self.at(1.9)) == .wait(until: self.at(2)))
        #expect(heartbeat.timerFired(now: self.at(2)) == .ask(until: self.at(3)))
        #expect(heartbeat.timerFired(now: self.at(2.9)) == .wait(until: self.at(3)))
        #expect(heartbeat.timerFired(now: self.at(3)) == .giveUp)
    }

    @Test("a client that says something is not asked")
    func talking() {
        var heartbeat = self.heartbeat()
        #expect(heartbeat.signReceived(now: self.at(1.5)) == nil)
        #expect(heartbeat.timerFired(now: self.at(2)) == .wait(until: self.at(3.5)))
        #expect(heartbeat.timerFired(now: self.at(3.5)) == .ask(until: self.at(4.5)))
    }

    @Test("any answer counts, and the next question comes an interval later")
    func answering() {
        var heartbeat = self.heartbeat()
        #expect(heartbeat.timerFired(now: self.at(2)) == .ask(until: self.at(3)))
        #expect(heartbeat.signReceived(now: self.at(2.5)) == .wait(until: self.at(4.5)))
        #expect(heartbeat.timerFired(now: self.at(4.5)) == .ask(until: self.at(5.5)))
        #expect(heartbeat.timerFired(now: self.at(5.5)) == .giveUp)
    }

    @Test("a timer that is late gives the client its time all the same")
    func late() {
        var heartbeat = self.heartbeat()
        #expect(heartbeat.timerFired(now: self.at(60)) == .ask(until: self.at(61)))
    }
}
