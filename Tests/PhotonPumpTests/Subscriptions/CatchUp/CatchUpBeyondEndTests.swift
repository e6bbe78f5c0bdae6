import PhotonPumpWire
import Testing

@testable import PhotonPump

@Suite("S68: What a subscription decides when the place to go on at lies beyond the end")
struct CatchUpBeyondEndTests {
    private static func numbers(_ range: Range<Int64>) -> [Int64] { Array(range) }

    /// The place and the end of the announcement among what the consumer received.
    private static func announced(_ server: ModelledServer) -> [(SubscriptionStart<Int64>, Int64?)] {
        server.taken.compactMap { item in
            if case .beyondEnd(let start, let end) = item { (start.map(\.number), end?.number) } else { nil }
        }
    }

    @Test(
        "a subscription from a place beyond the end fails by default, at the start", arguments: [true, false],
        [0, 7] as [Int64])
    func failsAtStart(tellsEnds: Bool, count: Int64) {
        for start in [SubscriptionStart<Int64>.after(7), .from(8)] {
            var server = ModelledServer(from: start, holding: count, tellsEnds: tellsEnds)
            server.calmDown()
            server.demand()
            #expect(Self.announced(server).count == 1)
            #expect(server.changes.map(\.name) == ["readingHistory", "beyondEnd", "ended"])
            guard case .error(let error as PhotonPumpError)? = server.ending else {
                Issue.record("\(String(describing: server.ending))")
                return
            }
            #expect(error.code == .placeBeyondEnd)
        }
    }

    @Test(
        "a subscription whose place is beyond the end after a loss fails by default, whatever it had come to",
        arguments: [true, false])
    func failsLater(tellsEnds: Bool) {
        var server = ModelledServer(from: .start, holding: 7, tellsEnds: tellsEnds)
        server.calmDown()
        server.setUpAnew(holding: 3)
        server.calmDown()
        server.demand()
        #expect(server.numbers == Self.numbers(0..<7))
        #expect(Self.announced(server).map(\.0) == [.after(6)])
        // It never says that it goes on.
        #expect(
            server.changes.map(\.name) == [
                "readingHistory", "live", "interrupted", "readingHistory", "beyondEnd", "ended",
            ])
        guard case .error(let error as PhotonPumpError)? = server.ending else {
            Issue.record("\(String(describing: server.ending))")
            return
        }
        #expect(error.code == .placeBeyondEnd)
    }

    @Test(
        "a place right behind the last event, or in an emptied stream, is not beyond the end", arguments: [true, false])
    func exact(tellsEnds: Bool) {
        for start in [SubscriptionStart<Int64>.after(6), .from(7), .after(2), .start] {
            var server = ModelledServer(from: start, holding: 7, tellsEnds: tellsEnds)
            server.truncate(before: 7)
            server.calmDown()
            server.write(2)
            server.calmDown()
            #expect(server.numbers == [7, 8], "\(start)")
            #expect(server.changes.map(\.name) == ["readingHistory", "live"])
        }
    }

    @Test(
        "a subscription beyond the end waits, if it is told to, and says when it is overtaken",
        arguments: [true, false])
    func waits(tellsEnds: Bool) {
        var server = ModelledServer(from: .after(7), holding: 3, beyondEnd: .wait, tellsEnds: tellsEnds)
        server.calmDown()
        #expect(Self.announced(server).map(\.0) == [.after(7)])
        #expect(server.changes.map(\.name) == ["readingHistory", "beyondEnd"])
        #expect(server.machine.status.phase == .beyondEnd)
        server.write(4)
        server.calmDown()
        #expect(server.numbers == [])
        server.write(2)
        server.calmDown()
        #expect(server.numbers == [8])
        #expect(server.changes.map(\.name) == ["readingHistory", "beyondEnd", "resumed", "live"])
        #expect(server.machine.status.phase == .live)
    }

    @Test("a subscription beyond the end after a loss resumes when it is overtaken", arguments: [true, false])
    func waitsAfterLoss(tellsEnds: Bool) {
        var server = ModelledServer(from: .start, holding: 2, beyondEnd: .wait, tellsEnds: tellsEnds)
        server.calmDown()
        server.setUpAnew()
        server.calmDown()
        let names = ["readingHistory", "live", "interrupted", "readingHistory", "beyondEnd"]
        #expect(server.changes.map(\.name) == names)
        server.write(3)
        server.calmDown()
        #expect(server.numbers == [0, 1, 2])
        #expect(server.changes.map(\.name) == names + ["resumed", "live"])
        server.disconnect()
        server.calmDown()
        #expect(
            server.changes.map(\.name).suffix(4) == ["interrupted", "readingHistory", "resumed", "live"])
    }

    @Test(
        "a subscription beyond the end starts over, if it is told to, at the start and after a loss",
        arguments: [true, false])
    func startsOver(tellsEnds: Bool) {
        var server = ModelledServer(from: .after(7), holding: 3, beyondEnd: .startOver, tellsEnds: tellsEnds)
        server.calmDown()
        #expect(server.numbers == Self.numbers(0..<3))
        server.write(2)
        server.calmDown()
        #expect(server.numbers == Self.numbers(0..<5))
        server.setUpAnew(holding: 2)
        server.calmDown()
        #expect(server.numbers == Self.numbers(0..<5) + Self.numbers(0..<2))
        server.write()
        server.calmDown()
        #expect(server.numbers == Self.numbers(0..<5) + Self.numbers(0..<3))
        #expect(Self.announced(server).map(\.0) == [.after(7), .after(4)])
    }

    /// Has taken the events 0 to 4, doubts the end of a follower that has three of them, and sees it pass them.
    ///
    /// - Parameters:
    ///   - number: events from this one on are others.
    ///   - empty: where there is none.
    private static func overtaken(
        _ reaction: SubscriptionOptions.BeyondEnd, tellsEnds: Bool, replacedFrom number: Int64,
        emptyAt empty: Int64? = nil
    ) -> ModelledServer {
        var server = ModelledServer(from: .start, holding: 5, beyondEnd: reaction, tellsEnds: tellsEnds)
        server.calmDown()
        server.isFollower = true
        server.setUpAnew(holding: 3)
        server.replace(from: number)
        server.emptyPlace = empty
        server.hasDropped = true
        while server.machine.status.phase != .beyondEnd, server.hasNews { server.step() }
        server.write(4)
        server.calmDown()
        server.write()
        server.calmDown()
        return server
    }

    @Test(
        "S83: a place beyond the end that the server has passed with other events meanwhile ends a subscription",
        arguments: [.fail, .startOver] as [SubscriptionOptions.BeyondEnd], [true, false])
    func overtakenByOthers(reaction: SubscriptionOptions.BeyondEnd, tellsEnds: Bool) {
        let server = Self.overtaken(reaction, tellsEnds: tellsEnds, replacedFrom: 3)
        #expect(server.numbers == Self.numbers(0..<5))
        #expect(server.error?.code == .eventReplaced)
        #expect(server.changes.map(\.name).suffix(2) == ["beyondEnd", "ended"])
    }

    @Test(
        "S83: a place beyond the end that the log has passed with events elsewhere ends a subscription",
        arguments: [.fail, .startOver] as [SubscriptionOptions.BeyondEnd])
    func overtakenElsewhere(reaction: SubscriptionOptions.BeyondEnd) {
        let server = Self.overtaken(reaction, tellsEnds: false, replacedFrom: 3, emptyAt: 4)
        #expect(server.numbers == Self.numbers(0..<5))
        #expect(server.error?.code == .eventReplaced)
        #expect(server.soughtAfter?.number == 4)
    }

    @Test(
        "a subscription goes on where the end has come to its place again, and its last event is there",
        arguments: [.fail, .startOver] as [SubscriptionOptions.BeyondEnd], [true, false])
    func overtakenByTheSame(reaction: SubscriptionOptions.BeyondEnd, tellsEnds: Bool) {
        let server = Self.overtaken(reaction, tellsEnds: tellsEnds, replacedFrom: 5)
        #expect(server.numbers == Self.numbers(0..<8))
        #expect(server.changes.map(\.name).suffix(3) == ["beyondEnd", "resumed", "live"])
    }

    @Test(
        "a subscription that has started over goes on where another event has the place of its last one before",
        arguments: [true, false])
    func startsOverWithOthers(tellsEnds: Bool) {
        var server = ModelledServer(from: .start, holding: 5, beyondEnd: .startOver, tellsEnds: tellsEnds)
        server.calmDown()
        server.setUpAnew(holding: 3)
        server.replace(from: 0)
        while server.asked?.kind != .read(.start), server.hasNews { server.step() }
        server.write(4)
        server.calmDown()
        #expect(server.numbers == Self.numbers(0..<5) + Self.numbers(0..<7))
        #expect(server.ending == nil)
    }

    @Test(
        "S83: a subscription does not go live where the log ended before its last event, and has other events since",
        arguments: [true, false])
    func passedWhileAsking(isAsking: Bool) {
        var server = ModelledServer(from: .start, holding: 5, tellsEnds: false)
        server.calmDown()
        server.setUpAnew(holding: 3)
        server.replace(from: 3)
        server.emptyPlace = 4
        server.hasDropped = true
        // Until it has seen that there is nothing to read, or asks where the end is.
        for _ in 0..<(isAsking ? 3 : 2) { server.step() }
        server.write(4)
        server.calmDown()
        #expect(server.numbers == Self.numbers(0..<5))
        #expect(server.error?.code == .eventReplaced)
    }

    @Test(
        "a place beyond the end is not believed of a follower that catches up",
        arguments: [.fail, .startOver] as [SubscriptionOptions.BeyondEnd], [true, false])
    func laggingFollower(reaction: SubscriptionOptions.BeyondEnd, tellsEnds: Bool) {
        var server = ModelledServer(from: .after(7), holding: 3, beyondEnd: reaction, tellsEnds: tellsEnds)
        server.isFollower = true
        server.demand()
        for count in 0..<100 where server.hasNews {
            server.answer()
            server.receive()
            if [20, 22, 24, 26, 28].contains(count) { server.write() }
            server.demand()
        }
        #expect(server.changes.map(\.name) == ["readingHistory", "beyondEnd", "resumed", "live"])
        server.write(2)
        server.calmDown()
        #expect(server.numbers == [8, 9])
    }

    @Test("a place beyond the end is believed of a follower that does not catch up in time", arguments: [true, false])
    func stuckFollower(tellsEnds: Bool) {
        var server = ModelledServer(from: .after(7), holding: 3, tellsEnds: tellsEnds)
        server.isFollower = true
        server.calmDown()
        server.demand()
        guard case .error(let error as PhotonPumpError)? = server.ending else {
            Issue.record("\(String(describing: server.ending))")
            return
        }
        #expect(error.code == .placeBeyondEnd)
    }
}
