import PhotonPumpWire
import ScriptedPeers
import Testing

@testable import PhotonPump

@Suite("What a subscription decides")
struct CatchUpStateTests {
    struct Beginning {
        let start: SubscriptionStart<Int64>
        /// The first event that is given, of those there are and those written later.
        let first: Int64
    }

    private static func numbers(_ range: Range<Int64>) -> [Int64] { Array(range) }

    @Test("a subscription reads what is there, then gives what is written")
    func historyThenLive() {
        var server = ModelledServer(from: .start, holding: 12)
        server.calmDown()
        #expect(server.numbers == Self.numbers(0..<12))
        server.write(3)
        server.calmDown()
        #expect(server.numbers == Self.numbers(0..<15))
        #expect(server.changes.map(\.name) == ["readingHistory", "live"])
    }

    @Test("a subscription asks for nothing but what is missing when nothing was written before it listens")
    func noSecondRead() {
        var server = ModelledServer(from: .start, holding: 3)
        server.answer()
        server.receive()
        server.answer()
        server.receive()
        #expect(server.machine.status.phase == .live)
    }

    @Test(
        "a subscription begins where it is told to",
        arguments: [
            Beginning(start: .start, first: 0), Beginning(start: .after(0), first: 1),
            Beginning(start: .after(7), first: 8), Beginning(start: .from(0), first: 0),
            Beginning(start: .from(7), first: 7), Beginning(start: .end, first: 10),
            Beginning(start: .after(9), first: 10), Beginning(start: .from(10), first: 10),
        ])
    func starts(beginning: Beginning) {
        var server = ModelledServer(from: beginning.start, holding: 10)
        server.calmDown()
        server.write(15)
        server.calmDown()
        #expect(server.numbers == Self.numbers(beginning.first..<25))
    }

    @Test("S26: a subscription that began behind the last event gives no old one, nor after a loss")
    func behindTheEnd() {
        for start in [SubscriptionStart<Int64>.end, .after(9)] {
            var server = ModelledServer(from: start, holding: 10)
            server.calmDown()
            server.disconnect()
            server.calmDown()
            #expect(server.numbers == [])
            server.write()
            server.calmDown()
            #expect(server.numbers == [10])
        }
    }

    @Test("S27: a subscription that has given event 0 does not give it again after a loss")
    func eventZero() {
        var server = ModelledServer(from: .start, holding: 1)
        server.calmDown()
        server.disconnect()
        server.calmDown()
        #expect(server.numbers == [0])
    }

    @Test("S25: a subscription tells of five losses and five resumptions")
    func fiveLosses() {
        var server = ModelledServer(from: .start, holding: 3)
        server.calmDown()
        for _ in 0..<5 {
            server.disconnect()
            server.write(2)
            server.calmDown()
        }
        #expect(server.numbers == Self.numbers(0..<13))
        #expect(server.changes.filter { $0.name == "interrupted" }.count == 5)
        #expect(server.changes.filter { $0.name == "resumed" }.count == 5)
        #expect(server.changes.filter { $0.name == "live" }.count == 6)
    }

    @Test("S37: a subscription goes on where a stream begins whose start is truncated, through pages without events")
    func truncatedHead() {
        var server = ModelledServer(from: .start, holding: 30)
        server.truncate(before: 20)
        server.calmDown()
        #expect(server.numbers == Self.numbers(20..<30))
    }

    @Test("S31: a subscription asks for no further page while one waits for the consumer, however long the history")
    func pace() {
        var server = ModelledServer(from: .start, holding: 1000)
        for _ in 0..<50 {
            server.answer()
            server.receive()
        }
        #expect(server.machine.status.bufferedEvents == 5)
        #expect(!server.hasNews)
    }

    @Test("a subscription reads again what the server has confirmed and does not find yet")
    func lag() {
        var server = ModelledServer(from: .start, holding: 5)
        server.demand()
        server.answer(lag: 1)
        server.receive()
        server.answer()
        server.receive()
        server.demand()
        for rereads in 1...3 {
            server.answer(lag: 1)
            server.receive()
            #expect(
                server.asked == CatchUpRequest(kind: .read(.from(CatchUpPlace(number: 4))), rereads: rereads))
            #expect(server.machine.status.phase == .goingLive)
        }
        server.calmDown()
        #expect(server.numbers == Self.numbers(0..<5))
        #expect(server.machine.status.phase == .live)
    }

    @Test(
        "S80: a subscription announces reads that lag behind what was confirmed for long, and waits for them",
        arguments: [true, false])
    func longLag(tellsEnds: Bool) {
        var server = ModelledServer(from: .start, holding: 5, tellsEnds: tellsEnds)
        server.demand()
        func lag(_ answers: Int) {
            for _ in 0..<answers {
                server.answer(lag: 5)
                server.receive()
            }
        }
        lag(1)
        server.answer()
        server.receive()
        lag(10 * CatchUpRetries.tacitRereads)
        #expect(server.changes.map(\.name) == ["readingHistory", "readsLag"])
        server.write()
        lag(10)
        guard case .readsLag(upTo: CatchUpPlace(number: 4))? = server.taken.first else {
            Issue.record("\(server.taken)")
            return
        }
        server.calmDown()
        #expect(server.changes.map(\.name) == ["readingHistory", "readsLag", "resumed", "live"])
        #expect(server.numbers == Self.numbers(0..<6))
    }

    @Test("S80: a subscription reads what can be read only since its last page, before it goes live")
    func lagThatEnds() {
        var server = ModelledServer(from: .start, holding: 5, tellsEnds: false)
        server.demand()
        // Two pages without the last two events, the confirmation, and another one without them.
        for lag in [2, 2, 0, 2] as [Int64] {
            server.answer(lag: lag)
            server.receive()
            server.demand()
        }
        server.calmDown()
        #expect(server.numbers == Self.numbers(0..<5))
        #expect(server.machine.status.phase == .live)
    }

    @Test(
        "S80: a subscription waits for nothing that was confirmed and is deleted or truncated",
        arguments: [true, false])
    func confirmedAndGone(tellsEnds: Bool) {
        var server = ModelledServer(from: .after(1), holding: 5, tellsEnds: tellsEnds)
        server.truncate(before: 5)
        server.calmDown()
        #expect(server.changes.map(\.name) == ["readingHistory", "live"])
        server.write()
        server.calmDown()
        #expect(server.numbers == [5])
    }

    @Test("a subscription keeps what a filter has passed over while it was going live", arguments: [true, false])
    func heldCheckpoint(isServersWork: Bool) {
        var server = ModelledServer(from: .start, holding: 2, tellsEnds: false, isFiltered: true)
        server.demand()
        for _ in 0..<2 {
            server.answer()
            server.receive()
            server.demand()
        }
        server.answer()
        server.receive()
        #expect(server.asked == CatchUpRequest(kind: .end(.from(CatchUpPlace(number: 2)), asMaster: false)))
        if isServersWork {
            _ = server.machine.reached(CatchUpPlace(number: 5))
        } else {
            _ = server.machine.appeared(ModelledServer.event(5), fits: false, server.listening)
        }
        server.calmDown()
        #expect(server.machine.status.lastPlace == CatchUpPlace(number: 5))
        guard case .checkpoint(.after(CatchUpPlace(number: 5)))? = server.taken.last else {
            Issue.record("\(server.taken)")
            return
        }
    }

    @Test("a subscription ends when the server refuses the same too often, and not before")
    func serverErrors() {
        var server = ModelledServer(from: .start, holding: 7)
        for _ in 1..<CatchUpRetries.mostServerErrors { server.fail(.serverError) }
        server.timeOut()
        for _ in 1..<CatchUpRetries.mostServerErrors { server.fail(.serverError) }
        #expect(server.machine.status.failedAttempts == 2 * CatchUpRetries.mostServerErrors - 1)
        server.demand()
        server.fail(.serverError)
        guard case .error(let error as PhotonPumpError)? = server.ending else {
            Issue.record("\(String(describing: server.ending))")
            return
        }
        #expect(error.code == .serverError)
    }

    @Test(
        "S23: a subscription goes on behind the last event when requests time out, however often, and counts the attempts"
    )
    func timeOuts() {
        var server = ModelledServer(from: .start, holding: 12)
        server.answer()
        server.receive()
        for _ in 0..<3 { server.timeOut() }
        #expect(server.machine.status.failedAttempts == 0, "the page behind it is not wanted yet")
        server.demand()
        for _ in 0..<3 { server.timeOut() }
        #expect(server.machine.status.failedAttempts == 3)
        server.calmDown()
        #expect(server.numbers == Self.numbers(0..<12))
        #expect(server.machine.status.failedAttempts == 0)
    }

    @Test(
        "a subscription ends with the error that no waiting cures, after what has come",
        arguments: [
            PhotonPumpError.Code.streamDeleted, .accessDenied, .clientClosed, .connectionFailed, .unreadableReply,
        ])
    func permanentErrors(code: PhotonPumpError.Code) {
        var server = ModelledServer(from: .start, holding: 7)
        server.answer()
        server.receive()
        server.demand()
        server.fail(code)
        #expect(server.numbers == Self.numbers(0..<5))
        server.demand()
        guard case .error(let error as PhotonPumpError)? = server.ending else {
            Issue.record("\(String(describing: server.ending))")
            return
        }
        #expect(error.code == code)
    }

    @Test("S34: a subscription gives nothing more when it was stopped, not even what has come")
    func stop() {
        var server = ModelledServer(from: .start, holding: 7)
        server.answer()
        server.receive()
        server.stop()
        server.demand()
        #expect(server.numbers == [])
        guard case .end? = server.ending else {
            Issue.record("\(String(describing: server.ending))")
            return
        }
        #expect(!server.hasNews)
    }

    /// Everything that can happen, in any order.
    @Test(
        "S29: a subscription gives every event once and in order, whatever happens in whatever order",
        arguments: 0..<1000)
    func anything(seed: UInt64) {
        var chance = SeededGenerator(seed: seed)
        let starts: [SubscriptionStart<Int64>] = [.start, .after(3), .from(4), .end]
        let start = starts[Int.random(in: 0..<starts.count, using: &chance)]
        let first: Int64 = [.start: 0, .after(3): 4, .from(4): 4, .end: 6][start] ?? 0
        var server = ModelledServer(
            from: start, holding: 6, pageSize: .random(in: 1...6, using: &chance),
            events: .random(in: 1...9, using: &chance))
        if start == .end {
            // What is written before the confirmation lies behind the end or not; that is the server's choice.
            server.answer()
            server.receive()
        }
        let speed = Int.random(in: 1...6, using: &chance)
        for _ in 0..<400 {
            switch Int.random(in: 0..<24, using: &chance) {
            case 0..<4: server.write(Int64.random(in: 1...3, using: &chance))
            case 4..<11: server.receive()
            case 11..<16: server.answer(lag: max(0, .random(in: -6...3, using: &chance)))
            case 16..<(16 + speed): server.demand()
            case 22: server.disconnect()
            case 23: server.timeOut()
            default: break
            }
        }
        server.calmDown()
        #expect(server.numbers == Self.numbers(first..<server.written), "seed \(seed)")
        #expect(server.peak <= 9 + 6)
    }
}

extension SubscriptionChange {
    var name: String { String("\(self)".prefix { $0.isLetter }) }
}
