import PhotonPumpWire
import Testing

@testable import PhotonPump

@Suite("What a subscription decides when its consumer is slow")
struct CatchUpOverflowTests {
    private static func numbers(_ range: Range<Int64>) -> [Int64] { Array(range) }

    @Test(
        "S30: a subscription whose consumer is slow stops listening when the buffer is full, and reads back what did not fit at the consumer's pace"
    )
    func readBack() {
        var server = ModelledServer(from: .end)
        server.answer()
        server.receive()
        server.write(100)
        while server.hasNews {
            server.receive()
            server.answer()
        }
        #expect(server.machine.status.bufferedEvents == 8)
        server.calmDown()
        #expect(server.numbers == Self.numbers(0..<100))
        #expect(server.peak <= 8)
        #expect(server.changes.map(\.name) == ["live", "fellBehind", "readingHistory", "live"])
        server.write()
        server.calmDown()
        #expect(server.numbers.last == 100)
    }

    @Test("a subscription whose consumer is slow counts bytes as well as events")
    func bytes() {
        let weight = ModelledServer.event(0).record.byteCount
        var server = ModelledServer(from: .end, events: 1000, bytes: 3 * weight)
        server.answer()
        server.receive()
        server.write(4)
        while server.hasNews {
            server.receive()
            if server.machine.status.bufferedEvents == 3 { break }
        }
        server.receive()
        #expect(server.machine.status.bufferedEvents == 3)
        #expect(server.changes.contains { $0.name == "fellBehind" })
    }

    @Test("a subscription whose consumer is slow leaves a gap that says what is missing, if it is told to")
    func gap() {
        var server = ModelledServer(from: .end, overflow: .leaveGap)
        server.answer()
        server.receive()
        server.write(20)
        for _ in 0..<20 { server.receive() }
        server.demand()
        #expect(server.numbers == Self.numbers(0..<8))
        // As long as the consumer is at these there is no room for others.
        server.demand()
        server.write()
        server.receive()
        server.demand()
        #expect(server.numbers == Self.numbers(0..<8) + [20])
        let gaps = server.taken.compactMap { item -> [Int64]? in
            if case .gap(let count, let place) = item { [Int64(count), place?.number ?? -1] } else { nil }
        }
        #expect(gaps == [[12, 7]])
    }

    @Test(
        "a subscription whose consumer is slow tells of a gap, or reads what is missing after a loss, although a filter passes over what follows"
    )
    func gapBeforeUnfitting() {
        for isLost in [false, true] {
            var server = ModelledServer(from: .end, overflow: .leaveGap)
            server.answer()
            server.receive()
            server.write(9)
            for _ in 0..<9 { server.receive() }
            _ = server.machine.appeared(ModelledServer.event(9), fits: false, server.listening)
            _ = server.machine.reached(CatchUpPlace(number: 10))
            if isLost {
                server.disconnect()
                server.calmDown()
                #expect(server.numbers == Self.numbers(0..<9))
            } else {
                server.demand()
                server.demand()
                guard case .gap(1, after: CatchUpPlace(number: 7))? = server.taken.last else {
                    Issue.record("\(server.taken)")
                    return
                }
                server.disconnect()
                #expect(server.asked?.kind == .read(.after(CatchUpPlace(number: 10))))
            }
        }
    }

    @Test(
        "S35: a subscription whose consumer is slow fails with the reason when the buffer is full, if it is told to, after what is in it"
    )
    func overflowFails() {
        var server = ModelledServer(from: .end, overflow: .fail)
        server.answer()
        server.receive()
        server.write(20)
        for _ in 0..<20 { server.receive() }
        server.demand()
        #expect(server.numbers == Self.numbers(0..<8))
        server.demand()
        guard case .error(let error as PhotonPumpError)? = server.ending else {
            Issue.record("\(String(describing: server.ending))")
            return
        }
        #expect(error.code == .bufferOverflow)
    }

    @Test("a subscription whose connection comes and goes keeps little for a consumer that does not come")
    func flapping() {
        var server = ModelledServer(from: .start, holding: 3)
        server.calmDown()
        let before = server.taken.count
        for _ in 0..<1_000 {
            server.disconnect()
            server.goOn()
        }
        #expect(server.machine.status.phase == .live)
        server.write()
        server.calmDown()
        #expect(server.numbers == [0, 1, 2, 3])
        #expect(server.taken.count < before + 10, "\(server.taken.count - before) items")
    }
}
