import Testing

@testable import PhotonPump

@Suite("The gate of a client", .timeLimit(.minutes(1)))
struct AdmissionGateTests {
    @Test("the gate of a client lets in as many as its limit, and another one when one has left")
    func limit() {
        let gate = AdmissionGate(limit: 1, andWaiting: 1)
        #expect(gate.enter())
        #expect(gate.enter())
        #expect(!gate.enter())
        #expect(!gate.leave())
        #expect(gate.enter())
        #expect(gate.count == 2)
    }

    @Test("the gate of a client lets nobody overtake those in the queue, and tells who leaves that somebody waits")
    func queue() {
        let gate = AdmissionGate(limit: 1, andWaiting: 0)
        #expect(gate.enter())
        gate.joinQueue()
        #expect(!gate.enterFromQueue())
        #expect(gate.leave())
        #expect(!gate.enter())
        #expect(gate.enterFromQueue())
        gate.leaveQueue()
        #expect(!gate.leave())
        #expect(gate.count == 0)
    }

    @Test("the gate of a client never lets in more than its limit, from however many tasks")
    func concurrent() async {
        let gate = AdmissionGate(limit: 3, andWaiting: 0)
        let entered = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var most = 0
                    for _ in 0..<1000 where gate.enter() {
                        most = max(most, gate.count)
                        _ = gate.leave()
                    }
                    return most
                }
            }
            return await group.reduce(0, max)
        }
        #expect((1...3).contains(entered))
        #expect(gate.count == 0)
    }
}
