import PhotonPumpWire
import Testing

@testable import EmbeddedEventStore

@Suite("A plan of faults") struct FaultPlanTests {
    typealias Fault = EmbeddedServer.Fault

    private static func plan(_ faults: Fault...) -> FaultPlan {
        var plan = FaultPlan()
        for fault in faults { _ = plan.add(fault) }
        return plan
    }

    @Test("a plan of faults of nothing does nothing")
    func empty() {
        var plan = FaultPlan()
        #expect(plan.isEmpty)
        for request in Fault.Request.allCases { #expect(plan.requestArrived(request) == nil) }
        #expect(plan.strike(.closeNewConnections) == nil)
    }

    @Test("a plan of faults lets a fault strike as often as it says, and then no more")
    func times() {
        var plan = Self.plan(.loseReply(to: .ping, times: 2))
        #expect(plan.requestArrived(.ping)?.isLast == false)
        #expect(plan.requestArrived(.ping)?.isLast == true)
        #expect(plan.requestArrived(.ping) == nil)
        #expect(plan.isEmpty)
    }

    @Test("a plan of faults lets a fault without a number strike until it is removed")
    func untilRemoved() {
        var plan = Self.plan(.loseReply())
        for _ in 0..<100 { #expect(plan.requestArrived(.ping)?.isLast == false) }
        plan.remove(1)
        #expect(plan.requestArrived(.ping) == nil)
    }

    @Test("a plan of faults lets occasions pass that are to be skipped")
    func skipping() {
        var plan = Self.plan(.loseReply(to: .ping, times: 1).skipping(2))
        #expect(
            [Fault.Request.ping, .readEvent, .ping, .ping, .ping].map { plan.requestArrived($0) != nil }
                == [false, false, false, true, false])
    }

    @Test("a plan of faults has faults for one request strike after the other, in the order in which they came")
    func order() {
        var plan = Self.plan(.answer(.notReady, to: .ping, times: 1), .loseReply(times: 1), .duplicateReply(times: 1))
        #expect(plan.requestArrived(.readEvent)?.id == 2)
        #expect(plan.requestArrived(.ping)?.id == 1)
        #expect(plan.requestArrived(.ping)?.id == 3)
        #expect(plan.requestArrived(.ping) == nil)
    }

    @Test("a plan of faults spares heartbeats unless they are named")
    func heartbeats() {
        var plan = Self.plan(.loseReply())
        #expect(!plan.concernsHeartbeats)
        #expect(plan.requestArrived(.heartbeat) == nil)
        #expect(plan.requestArrived(.authenticate) != nil)
        _ = plan.add(.ignoreHeartbeats)
        #expect(plan.concernsHeartbeats)
        #expect(plan.requestArrived(.heartbeat)?.id == 2)
    }

    @Test("a plan of faults times out writes alone", arguments: [true, false])
    func writes(afterWriting: Bool) {
        var plan = Self.plan(.timeOutWrites(in: .prepare, afterWriting: afterWriting))
        let struck = Fault.Request.allCases.filter { plan.requestArrived($0) != nil }
        #expect(struck == [.writeEvents, .deleteStream, .transactionStart, .transactionWrite, .transactionCommit])
    }

    @Test("a plan of faults keeps requests and connections apart")
    func kinds() {
        var plan = Self.plan(.closeNewConnections(times: 1), .stallReads)
        #expect(plan.requestArrived(.ping) == nil)
        #expect(plan.strike(.closeNewConnections)?.id == 1)
        #expect(plan.strike(.closeNewConnections) == nil)
        #expect(plan.contains(.stallReads))
        plan.remove(nil)
        #expect(plan.isEmpty)
    }

    @Test("a plan of faults knows every request by its command")
    func commands() {
        let known = (0...UInt8.max).compactMap { Fault.Request(Command(rawValue: $0)) }
        #expect(Set(known) == Set(Fault.Request.allCases))
        #expect(known.count == Fault.Request.allCases.count)
    }

    @Test("every request that the server serves has a name, and can be struck by a fault")
    func served() {
        // Servers send each other this one.
        for command in Handler.all.keys where command != .writeEventsCompleted {
            #expect(Fault.Request(command) != nil, "\(command)")
            #expect(UInt8(command.description) == nil, "\(command)")
        }
    }
}
