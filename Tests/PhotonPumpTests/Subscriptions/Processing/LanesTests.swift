import Testing

@testable import PhotonPump

@Suite("Lanes")
struct LanesTests {
    @Test("lanes start as many as allowed, in order, and one for each that has finished")
    func limit() {
        var lanes = Lanes<Int>(limit: 2)
        for number in 0..<4 { lanes.add(number, key: nil) }
        #expect(lanes.startAll() == [0, 1])
        #expect(lanes.waitingCount == 2)
        lanes.finished(nil)
        #expect(lanes.startAll() == [2])
        #expect(lanes.runningCount == 2)
    }

    @Test("lanes start elements of the same key one after the other, and others meanwhile")
    func keys() {
        var lanes = Lanes<Int>(limit: 10)
        for number in 0..<6 { lanes.add(number, key: AnyHashable(number % 2 == 0 ? "even" : "odd")) }
        let (first, second) = (lanes.start(), lanes.start())
        #expect(first?.element == 0)
        #expect(second?.element == 1)
        #expect(lanes.start() == nil)
        lanes.finished(second?.lane)
        let third = lanes.start()
        #expect(third?.element == 3)
        #expect(lanes.start() == nil)
        lanes.finished(third?.lane)
        lanes.finished(first?.lane)
        #expect(lanes.startAll() == [5, 2])
        #expect(lanes.waitingCount == 1)
    }

    @Test("lanes forget a key that nothing is left of")
    func forgotten() {
        var lanes = Lanes<Int>(limit: 1)
        for round in 0..<3 {
            lanes.add(round, key: AnyHashable("k"))
            let started = lanes.start()
            #expect(started?.element == round)
            lanes.finished(started?.lane)
        }
        #expect((lanes.runningCount, lanes.waitingCount) == (0, 0))
        #expect(lanes.laneCount == 0)
    }

    @Test("lanes start nothing more once what waits is removed")
    func removed() {
        var lanes = Lanes<Int>(limit: 3)
        for number in 0..<3 { lanes.add(number, key: AnyHashable("k")) }
        let started = lanes.start()
        lanes.removeWaiting()
        #expect(lanes.waitingCount == 0)
        lanes.finished(started?.lane)
        #expect(lanes.start() == nil)
        #expect(lanes.runningCount == 0)
    }
}

extension Lanes<Int> {
    fileprivate mutating func startAll() -> [Int] {
        var started: [Int] = []
        while let next = self.start() { started.append(next.element) }
        return started
    }
}
