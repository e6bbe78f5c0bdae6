import Testing

@testable import EmbeddedEventStore

@Suite struct ReadinessTests {
    @Test("a server that is ready at once finds the others, unless there are none for it", arguments: [true, false])
    func immediate(alone: Bool) {
        var readiness = Readiness()
        #expect(readiness.begin(.immediate, alone: alone) == (alone ? .startAlone(.refused) : .join))
        #expect(readiness.finishStartup() == nil)
    }

    @Test("a server that is starting is alone until its startup ends, and may find the others then")
    func later() {
        var readiness = Readiness()
        #expect(readiness.begin(.onDemand(logins: .notReady), alone: true) == .startAlone(.notReady))
        #expect(readiness.findOthers() == nil)
        #expect(readiness.finishStartup() == .join)
        #expect(readiness.finishStartup() == nil)
        #expect(readiness.findOthers() == .rejoin)
    }

    @Test("what should have happened to a suspended server happens when it is resumed, in order")
    func suspension() {
        var readiness = Readiness()
        _ = readiness.begin(.onDemand(), alone: false)
        readiness.suspend(joins: true)
        #expect(readiness.isSuspended)
        #expect(readiness.finishStartup() == nil)
        let resumed = readiness.resume()
        #expect(resumed?.actions == [.join, .rejoin])
        #expect(!readiness.isSuspended)
        let again = readiness.resume()
        #expect(again?.actions == nil)
    }

    @Test("a suspended server finds the others when it is resumed, if it can", arguments: [true, false])
    func contact(finds: Bool) {
        var readiness = Readiness()
        _ = readiness.begin(.immediate, alone: false)
        readiness.suspend(joins: false)
        if finds { #expect(readiness.findOthers() == nil) }
        let resumed = readiness.resume()
        #expect(resumed?.actions == (finds ? [.rejoin] : []))
    }

    @Test("requests are counted for a suspended server only, and each time anew")
    func requests() {
        var readiness = Readiness()
        readiness.requestReceived()
        #expect(readiness.requestCount == 0)
        for _ in 0..<2 {
            readiness.suspend(joins: false)
            readiness.requestReceived()
            #expect(readiness.requestCount == 1)
            _ = readiness.resume()
        }
    }
}
