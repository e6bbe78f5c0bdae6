import PhotonPumpWire
import Testing

@testable import PhotonPump

@Suite("A subscription whose server dropped events")
struct CatchUpReplacedTests {
    /// Has taken the events 0 to 4, and is live.
    private func live(tellsEnds: Bool = true) -> ModelledServer {
        var server = ModelledServer(from: .start, holding: 5, tellsEnds: tellsEnds)
        server.calmDown()
        #expect(server.numbers == [0, 1, 2, 3, 4])
        return server
    }

    @Test(
        "S83: a subscription whose server dropped events and wrote others in their places fails by name",
        arguments: [Int64(0), 2, 4], [true, false])
    func replaced(from number: Int64, tellsEnds: Bool) {
        var server = self.live(tellsEnds: tellsEnds)
        server.replace(from: number)
        server.write(3)
        server.calmDown()
        #expect(server.numbers == [0, 1, 2, 3, 4])
        #expect(server.error?.code == .eventReplaced)
        #expect(server.error?.message.contains("the event 4 is") == true, "\(server.error?.message ?? "none")")
    }

    @Test("a subscription goes on where the last event is what it was, also if nothing was written since")
    func same() {
        var server = self.live()
        server.disconnect()
        server.calmDown()
        server.write()
        server.replace(from: 6)
        server.write(2)
        server.calmDown()
        #expect(server.numbers == Array(0..<8))
        #expect(server.ending == nil)
    }

    @Test("a subscription goes on where the last event cannot be read any more")
    func truncated() {
        var server = self.live()
        server.replace(from: 0)
        server.truncate(before: 5)
        server.write(2)
        server.calmDown()
        #expect(server.numbers == Array(0..<7))
        #expect(server.ending == nil)
    }

    @Test("S83: a subscription looks again where reads did not return the last event yet")
    func lagging() {
        var server = self.live()
        server.replace(from: 4)
        server.write()
        server.answer(lag: 3)
        server.receive()
        server.calmDown()
        #expect(server.numbers == [0, 1, 2, 3, 4])
        #expect(server.error?.code == .eventReplaced)
    }

    @Test("S83: a subscription that has yet to read history looks at the last event, too, after a request has failed")
    func history() {
        var server = ModelledServer(from: .start, holding: 10, pageSize: 3)
        server.step()
        server.demand()
        #expect(server.asked?.kind == .read(.from(CatchUpPlace(number: 3))))
        server.fail(.connectionLost)
        #expect(server.asked?.kind == .read(.from(CatchUpPlace(number: 3)), seesLast: true))
        server.replace(from: 2)
        server.calmDown()
        #expect(server.numbers == [0, 1, 2])
        #expect(server.error?.code == .eventReplaced)
    }

    @Test(
        "S83: a subscription looks at the last event, too, where the client repeated a request on another server",
        arguments: [1, 2, 3, 4, 5], [true, false])
    func repeated(steps: Int, isLog: Bool) {
        var server = ModelledServer(from: .start, holding: 10, pageSize: 5, tellsEnds: !isLog)
        // Until a page has arrived, before it reads the next or subscribes.
        for _ in 0..<steps { server.step() }
        server.demand()
        let taken = server.numbers
        #expect(server.listening == .zero || steps > 2)
        server.replace(from: 0)
        server.write()
        server.calmDown()
        #expect(server.numbers == taken)
        #expect(server.error?.code == .eventReplaced)
    }

    @Test("S83: a subscription to the log that is lost sight of again while it is looked for the event looks anew")
    func lostWhileLooking() {
        var server = ModelledServer(from: .start, holding: 5, tellsEnds: false)
        server.calmDown()
        server.disconnect()
        server.truncate(before: 5)
        server.write(2)
        server.step()
        let sought = CatchUpRequest.Kind.look(VanishedEvent(place: CatchUpPlace(number: 4), stream: "s", number: 4))
        #expect(server.asked?.kind == sought)
        server.disconnect()
        server.answer()
        server.receive()
        #expect(server.asked?.kind == .read(.after(CatchUpPlace(number: 4)), seesLast: true))
        server.calmDown()
        #expect(server.numbers == Array(0..<7))
    }

    @Test(
        "S83: a subscription to the log looks for an event that is not where it was, and fails if it was dropped",
        arguments: [0, 2])
    func vanished(count: Int64) {
        var server = ModelledServer(from: .start, holding: 5, tellsEnds: false)
        server.calmDown()
        server.disconnect()
        server.hasDropped = true
        server.truncate(before: 5)
        server.write(count)
        server.calmDown()
        #expect(server.soughtAfter == VanishedEvent(place: CatchUpPlace(number: 4), stream: "s", number: 4))
        #expect(server.numbers == [0, 1, 2, 3, 4])
        #expect(server.error?.code == .eventReplaced)
        #expect(server.error?.message.contains("event 4 of 's' was delivered") == true)
    }

    @Test("a subscription to the log goes on where an event was removed, and looks for it only once")
    func removed() {
        var server = ModelledServer(from: .start, holding: 5, tellsEnds: false)
        server.calmDown()
        server.disconnect()
        server.truncate(before: 5)
        server.write(7)
        server.step()
        #expect(server.asked?.kind == .look(VanishedEvent(place: CatchUpPlace(number: 4), stream: "s", number: 4)))
        server.fail(.connectionLost)
        // Another server may have it.
        #expect(server.asked?.kind == .read(.after(CatchUpPlace(number: 4)), seesLast: true))
        server.calmDown()
        #expect(server.numbers == Array(0..<12))
        #expect(server.ending == nil)
    }

    @Test("a subscription to the log that has yet to read history begins with the last event after a loss")
    func logHistory() {
        var server = ModelledServer(from: .start, holding: 10, pageSize: 3, tellsEnds: false)
        server.step()
        server.demand()
        server.fail(.connectionLost)
        #expect(server.asked?.kind == .read(.after(CatchUpPlace(number: 2)), seesLast: true))
        server.calmDown()
        #expect(server.numbers == Array(0..<10))
        #expect(server.soughtAfter == nil)
    }

    @Test("a page that was requested before a loss is read again with the last event", arguments: [true, false])
    func inFlight(isLog: Bool) {
        var server = ModelledServer(from: .start, holding: 10, pageSize: 3, tellsEnds: !isLog)
        repeat {
            server.step()
        } while server.asked?.kind != .subscribe
        server.write(3)
        server.answer()
        server.receive()
        let next = CatchUpPlace(number: 10)
        #expect(server.asked?.kind == .read(.from(next)))
        server.disconnect()
        server.answer()
        server.receive()
        let last = CatchUpPlace(number: 9)
        #expect(server.asked?.kind == .read(isLog ? .after(last) : .from(next), seesLast: true))
        server.calmDown()
        #expect(server.numbers == Array(0..<13))
        #expect(server.soughtAfter == nil)
        #expect(server.ending == nil)
    }
}
