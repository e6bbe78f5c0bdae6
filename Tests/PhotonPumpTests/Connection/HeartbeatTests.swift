import PhotonPumpTransport
import Testing

@testable import PhotonPump

@Suite("The heartbeat")
struct HeartbeatTests {
    private let start = Environment.Instant.now
    private func at(_ milliseconds: Int) -> Environment.Instant { self.start + .milliseconds(milliseconds) }

    private func heartbeat() -> Heartbeat {
        var settings = HeartbeatSettings()
        settings.interval = .milliseconds(750)
        settings.timeout = .milliseconds(1500)
        return Heartbeat(settings, now: self.start)
    }

    @Test("the heartbeat asks after the interval, and gives up after the timeout")
    func silence() {
        var heartbeat = self.heartbeat()
        #expect(heartbeat.look(now: self.at(0), pending: 0) == .wait(until: self.at(750)))
        #expect(heartbeat.look(now: self.at(750), pending: 0) == .ask(until: self.at(2250)))
        #expect(heartbeat.look(now: self.at(2249), pending: 0) == .wait(until: self.at(2250)))
        #expect(heartbeat.look(now: self.at(2250), pending: 0) == .dead(silence: .milliseconds(2250), bytes: 0))
    }

    @Test("the heartbeat does not ask while bytes arrive")
    func traffic() {
        var heartbeat = self.heartbeat()
        for time in stride(from: 500, through: 5000, by: 500) {
            let wasAwaited = heartbeat.received(18, isComplete: true, now: self.at(time))
            #expect(!wasAwaited)
            #expect(heartbeat.look(now: self.at(time + 499), pending: 0) == .wait(until: self.at(time + 750)))
        }
    }

    @Test(
        "the heartbeat is satisfied by any package, or a part of one, even the last moment",
        arguments: [(18, true), (Heartbeat.leastBytes, false)])
    func answer(bytes: Int, isComplete: Bool) {
        var heartbeat = self.heartbeat()
        #expect(heartbeat.look(now: self.at(750), pending: 0) == .ask(until: self.at(2250)))
        let wasAwaited = heartbeat.received(bytes, isComplete: isComplete, now: self.at(2249))
        #expect(wasAwaited)
        #expect(heartbeat.look(now: self.at(2250), pending: 0) == .wait(until: self.at(2999)))
    }

    @Test("the heartbeat is not satisfied by bytes that drip, and counts them")
    func dripping() {
        var heartbeat = self.heartbeat()
        for time in stride(from: 10, through: 2240, by: 10) {
            let wasAwaited = heartbeat.received(1, isComplete: false, now: self.at(time))
            #expect(!wasAwaited)
            if time == 750 { #expect(heartbeat.look(now: self.at(750), pending: 0) == .ask(until: self.at(2250))) }
        }
        #expect(heartbeat.look(now: self.at(2250), pending: 0) == .dead(silence: .milliseconds(2250), bytes: 224))
    }

    @Test("the heartbeat is satisfied by bytes that drip, once there are enough of them")
    func slowAnswer() {
        var heartbeat = self.heartbeat()
        #expect(heartbeat.look(now: self.at(750), pending: 0) == .ask(until: self.at(2250)))
        for time in 751..<2249 {
            let wasAwaited = heartbeat.received(1, isComplete: false, now: self.at(time))
            #expect(wasAwaited == (time == 750 + Heartbeat.leastBytes))
        }
        #expect(heartbeat.look(now: self.at(2250), pending: 0) == .wait(until: self.at(2524)))
    }

    @Test("S11: the heartbeat gives the peer the whole time when this process was stopped for a minute")
    func stopped() {
        var heartbeat = self.heartbeat()
        #expect(heartbeat.look(now: self.at(60_000), pending: 0) == .ask(until: self.at(61_500)))
        #expect(heartbeat.look(now: self.at(61_499), pending: 0) == .wait(until: self.at(61_500)))
    }

    @Test("the heartbeat takes a peer that goes on taking an upload for alive, and one that has stopped for dead")
    func slowUpload() {
        var heartbeat = self.heartbeat()
        #expect(heartbeat.look(now: self.at(750), pending: 9000) == .ask(until: self.at(2250)))
        #expect(heartbeat.look(now: self.at(2250), pending: 5000) == .ask(until: self.at(3750)))
        #expect(heartbeat.look(now: self.at(3750), pending: 4999) == .ask(until: self.at(5250)))
        #expect(heartbeat.look(now: self.at(5250), pending: 4999) == .dead(silence: .milliseconds(5250), bytes: 0))
    }
}
