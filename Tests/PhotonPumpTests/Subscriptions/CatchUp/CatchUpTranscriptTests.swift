import PhotonPumpWire
import Testing

@testable import PhotonPump

@Suite("What a subscription does, step by step")
struct CatchUpTranscriptTests {
    private typealias Start = SubscriptionStart<CatchUpPlace>

    private func place(_ number: Int64) -> CatchUpPlace { CatchUpPlace(number: number) }
    private func id(_ number: UInt64) -> GUID { CountedIDs.id(number) }
    private func event(_ number: Int64) -> CatchUpEvent { ModelledServer.event(number) }

    /// Its requests are numbered from 1.
    private func machine(
        from start: Start, _ change: (inout SubscriptionOptions) -> Void = { _ in }
    ) -> CatchUpState {
        let ids = CountedIDs()
        var options = SubscriptionOptions()
        change(&options)
        return CatchUpState(
            from: start, options, isFiltered: false,
            errors: .ofTests, newID: { ids.next() })
    }

    private func page(_ numbers: Range<Int64>, isEnd: Bool, last: Int64) -> CatchUpPage {
        CatchUpPage(
            events: numbers.map(self.event), next: .from(self.place(numbers.upperBound)), isEnd: isEnd,
            end: CatchUpEnd(lastNumber: last))
    }

    private func request(_ kind: CatchUpRequest.Kind, _ number: UInt64, failures: Int = 0) -> CatchUpAction {
        .request(CatchUpRequest(kind: kind, failures: failures), self.id(number))
    }

    @Test("what a subscription does, step by step reads, subscribes, reads what was written in between, and is live")
    func fromStart() {
        var machine = self.machine(from: .start)
        #expect(machine.begin() == [.announce(.readingHistory(from: .start)), self.request(.read(.start), 1)])
        #expect(machine.demanded() == [])
        #expect(
            machine.received(self.page(0..<2, isEnd: true, last: 1), self.id(1)) == [
                self.request(.subscribe, 2), .deliver(.batch([.event(self.event(0)), .event(self.event(1))])),
            ])
        #expect(
            machine.confirmed(self.place(2), CatchUpEnd(lastNumber: 2), self.id(2)) == [
                self.request(.read(.from(self.place(2))), 3)
            ])
        #expect(machine.appeared(self.event(3), self.id(2)) == [])
        #expect(
            machine.received(self.page(2..<3, isEnd: true, last: 2), self.id(3)) == [.announce(.live)])
        #expect(
            machine.demanded() == [
                .deliver(.batch([.event(self.event(2)), .live, .event(self.event(3))]))
            ])
        #expect(machine.demanded() == [])
        #expect(machine.appeared(self.event(3), self.id(2)) == [], "for the second time")
        #expect(machine.appeared(self.event(4), self.id(2)) == [])
        #expect(machine.proceed() == [.deliver(.batch([.event(self.event(4))]))])
    }

    @Test(
        "what a subscription does, step by step tries again after a loss, and takes no notice of what was pushed or asked before"
    )
    func loss() {
        let lost = PhotonPumpError(.connectionLost, "lost")
        var machine = self.machine(from: .end)
        #expect(machine.begin() == [self.request(.subscribe, 1)])
        #expect(machine.confirmed(self.place(6), CatchUpEnd(lastNumber: 6), self.id(1)) == [.announce(.live)])
        #expect(machine.demanded() == [.deliver(.batch([.checkpoint(.after(self.place(6))), .live]))])
        #expect(
            machine.interrupted(lost) == [
                .announce(.interrupted(attempt: 1, cause: lost)),
                .announce(.readingHistory(from: .after(self.place(6)))),
                self.request(.read(.after(self.place(6))), 2, failures: 1),
            ])
        #expect(machine.appeared(self.event(7), self.id(1)) == [])
        #expect(machine.proceed() == [])
        #expect(machine.received(self.page(0..<1, isEnd: true, last: 0), self.id(1)) == [])
        #expect(
            machine.failed(lost, self.id(2)) == [
                .announce(.interrupted(attempt: 2, cause: lost)),
                self.request(.read(.after(self.place(6))), 3, failures: 2),
            ])
        #expect(
            machine.received(self.page(7..<8, isEnd: true, last: 7), self.id(3)) == [
                .announce(.resumed(.after(self.place(6)))), self.request(.subscribe, 4),
            ])
    }

    @Test(
        "S30: what a subscription does, step by step unsubscribes when there is no room, and reads as soon as there is")
    func overflow() {
        var machine = self.machine(from: .end) { $0.maximumBufferedEvents = 1 }
        _ = machine.begin()
        _ = machine.confirmed(nil, CatchUpEnd(lastNumber: -1), self.id(1))
        #expect(machine.appeared(self.event(0), self.id(1)) == [])
        #expect(
            machine.appeared(self.event(1), self.id(1)) == [
                .announce(.fellBehind), .announce(.readingHistory(from: .after(self.place(0)))),
                .unsubscribe(self.id(1)),
            ])
        #expect(
            machine.demanded() == [
                self.request(.read(.after(self.place(0))), 2),
                .deliver(.batch([.checkpoint(.start), .live, .event(self.event(0)), .fellBehind])),
            ])
    }

    @Test(
        "S34: what a subscription does, step by step gives up what is in flight when it ends, and tells the consumer why, once"
    )
    func ends() {
        var machine = self.machine(from: .start)
        _ = machine.begin()
        #expect(machine.closed(nil) == [.announce(.ended(nil)), .abandon(self.id(1))])
        #expect(machine.received(self.page(0..<2, isEnd: true, last: 1), self.id(1)) == [])
        #expect(machine.demanded() == [.deliver(.end)])

        machine = self.machine(from: .end)
        _ = machine.begin()
        _ = machine.confirmed(nil, CatchUpEnd(lastNumber: -1), self.id(1))
        _ = machine.demanded()
        _ = machine.demanded()
        #expect(
            machine.cancelled() == [
                .announce(.ended(nil)), .unsubscribe(self.id(1)), .deliver(.error(CancellationError())),
            ])
        #expect(machine.demanded() == [.deliver(.end)])

        machine = self.machine(from: .start)
        _ = machine.begin()
        let deleted = PhotonPumpError(.streamDeleted, "deleted")
        #expect(machine.failed(deleted, self.id(1)) == [.announce(.ended(deleted))])
        #expect(machine.demanded() == [.deliver(.error(deleted))])
        #expect(machine.demanded() == [.deliver(.end)])
    }

    @Test(
        "what a subscription does, step by step says that it is still live if nothing has arrived since it was asked the last time"
    )
    func liveness() {
        var machine = self.machine(from: .end)
        _ = machine.begin()
        #expect(machine.livenessDue() == [])
        _ = machine.confirmed(nil, CatchUpEnd(lastNumber: -1), self.id(1))
        #expect(machine.livenessDue() == [.announce(.stillLive)])
        _ = machine.appeared(self.event(0), self.id(1))
        #expect(machine.livenessDue() == [])
        #expect(machine.livenessDue() == [.announce(.stillLive)])
    }

    @Test(
        "what a subscription does, step by step pauses before a request that failed or found too little, longer each time"
    )
    func pauses() {
        func pause(_ failures: Int, _ rereads: Int) -> Duration? {
            CatchUpRequest(kind: .subscribe, failures: failures, rereads: rereads).pause(chance: 1)
        }
        #expect(pause(0, 0) == nil)
        #expect(pause(1, 0) == nil, "a loss is followed by an attempt at once")
        #expect(pause(2, 0) == .milliseconds(100))
        #expect(pause(3, 5) == .milliseconds(200))
        #expect(pause(0, 1) == .milliseconds(1))
        #expect(pause(0, 20) == .milliseconds(100))
        #expect(pause(0, 60) == .milliseconds(500))
    }
}
