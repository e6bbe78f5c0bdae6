import PhotonPumpTransport
import PhotonPumpWire
import Testing

@testable import PhotonPump

@Suite("The queue of deadlines")
struct DeadlineQueueTests {
    private let start = Environment.Instant.now

    private func id(_ number: Int) -> GUID { GUID(UInt64(number), 0) }

    @Test("the queue of deadlines returns what is due, the earliest first, and nothing before its time")
    func order() {
        var queue = DeadlineQueue()
        for number in [3, 1, 2] { queue.add(self.id(number), at: self.start + .seconds(number)) }
        #expect(queue.next == self.start + .seconds(1))
        #expect(queue.popDue(by: self.start) == nil)
        let due = (0..<3).map { _ in queue.popDue(by: self.start + .seconds(2))?.id }
        #expect(due == [self.id(1), self.id(2), nil])
        #expect(queue.next == self.start + .seconds(3))
    }

    @Test("the queue of deadlines passes over what is over, and is built anew when that is more than half of it")
    func over() {
        var queue = DeadlineQueue()
        var built = 0
        for number in 0..<10_000 {
            queue.add(self.id(number), at: self.start + .seconds(number))
            queue.compact(to: 1) {
                built += 1
                return [DeadlineQueue.Due(time: self.start + .seconds(number), id: self.id(number))]
            }
        }
        #expect((100..<200).contains(built), "\(built)")
        queue.removeOver { $0.id != self.id(9_999) }
        #expect(queue.next == self.start + .seconds(9_999))
    }
}
