import PhotonPumpWire
import Testing

@testable import EmbeddedEventStore

/// What a transaction does to the log.
@Suite struct TransactionTests {
    private static func events(_ letters: String) -> [ProposedEvent] {
        letters.map { ProposedEvent(letter: $0) }
    }

    @Test("events are visible from the commit on, behind what was written before it")
    func visibility() throws {
        var log = EventLog(seed: 0)
        let id = log.beginTransaction(on: "s", expecting: .any)
        log.add(Self.events("ab"), toTransaction: id, now: 1_000)
        log.write("x", to: "t")
        log.add(Self.events("c"), toTransaction: id, now: 2_000)
        #expect(log.view(of: "s", now: 0) == .missing(last: -1))
        #expect(log.entries.count == 1)

        let end = log.endPosition
        #expect(log.commitTransaction(id, now: 3_000) == .appended(first: 0, last: 2, position: end))
        #expect(log.page("s", .forward, 0, 10)?.numbers == [0, 1, 2])
        #expect(log.entries.map(\.record.createdTicks) == [0, 1_000, 1_000, 2_000].map { $0 * 10_000 })
        let positions = log.entries.map(\.position)
        #expect(positions == positions.sorted())
        #expect(positions.dropFirst().allSatisfy { $0.commit == end && $0.prepare < end })
        #expect(id < positions[1].prepare)
    }

    /// The version expected of a stream of two events that has `ab`, the transaction's events, and the outcome.
    @Test(
        "the version expected is checked by the commit",
        arguments: [
            (-2, "c", .appended(first: 2, last: 2, position: 0)), (1, "c", .appended(first: 2, last: 2, position: 0)),
            (1, "", .appended(first: 2, last: 1, position: 0)), (-4, "c", .appended(first: 2, last: 2, position: 0)),
            (-1, "c", .wrongExpectedVersion(current: 1)), (7, "c", .wrongExpectedVersion(current: 1)),
            (-1, "ab", .repeated(first: 0, last: 1)), (-2, "ab", .repeated(first: 0, last: 1)),
            (-2, "ac", .wrongExpectedVersion(current: 1)),
        ] as [(Int64, String, WriteOutcome)]
    )
    func expectedVersions(_ expected: Int64, _ letters: String, _ outcome: WriteOutcome) throws {
        var log = EventLog(seed: 0)
        log.write("ab", to: "s")
        let id = log.beginTransaction(on: "s", expecting: try #require(ExpectedVersion(wire: expected)))
        log.add(Self.events(letters), toTransaction: id, now: 0)
        let end = log.endPosition
        if case .appended(let first, let last, position: _) = outcome {
            #expect(log.commitTransaction(id, now: 0) == .appended(first: first, last: last, position: end))
        } else {
            #expect(log.commitTransaction(id, now: 0) == outcome)
            #expect(log.endPosition == end)
        }
    }

    @Test("a commit is repeated without effect, and what is added behind it is lost", arguments: ["", "ab"])
    func commitTwice(_ letters: String) {
        var log = EventLog(seed: 0)
        let id = log.beginTransaction(on: "s", expecting: .noStream)
        log.add(Self.events(letters), toTransaction: id, now: 0)
        _ = log.commitTransaction(id, now: 0)
        let end = log.endPosition
        log.add(Self.events("z"), toTransaction: id, now: 0)
        let outcome = log.commitTransaction(id, now: 0)
        if letters.isEmpty {
            // There is nothing by which it could be recognised.
            #expect(outcome == .appended(first: 0, last: -1, position: end))
        } else {
            #expect(outcome == .repeated(first: 0, last: Int64(letters.count) - 1))
            #expect(log.endPosition == end)
        }
        log.delete("s", hard: true)
        #expect(log.commitTransaction(id, now: 0) == .streamDeleted)
    }

    @Test("a commit that failed can be tried again")
    func tryAgain() {
        var log = EventLog(seed: 0)
        let id = log.beginTransaction(on: "s", expecting: .exactly(0))
        log.add(Self.events("b"), toTransaction: id, now: 0)
        #expect(log.commitTransaction(id, now: 0) == .wrongExpectedVersion(current: -1))
        log.write("a", to: "s")
        #expect(log.commitTransaction(id, now: 0) != .wrongExpectedVersion(current: 0))
        #expect(log.page("s", .forward, 0, 10)?.numbers == [0, 1])
    }

    @Test("a transaction brings a hidden stream back, and can set metadata")
    func metadata() {
        var log = EventLog(seed: 0)
        log.write("ab", to: "s")
        log.delete("s")
        let recreating = log.beginTransaction(on: "s", expecting: .noStream)
        log.add(Self.events("c"), toTransaction: recreating, now: 0)
        _ = log.commitTransaction(recreating, now: 0)
        #expect(log.page("s", .forward, 0, 10)?.numbers == [2])
        let describing = log.beginTransaction(on: "$$s", expecting: .any)
        log.add([ProposedEvent(letter: "m", data: #"{"$tb":9}"#)], toTransaction: describing, now: 0)
        #expect(log.metadata(of: "s").truncateBefore == 2)
        _ = log.commitTransaction(describing, now: 0)
        #expect(log.metadata(of: "s").truncateBefore == 9)
    }

    @Test("what was written to no transaction, or to a forgotten one, is nowhere")
    func unknown() {
        var log = EventLog(seed: 0, transactions: TransactionTable(countLimit: 2))
        log.add(Self.events("a"), toTransaction: 7, now: 0)
        #expect(log.commitTransaction(7, now: 0) == nil)
        let ids = (0..<3).map { _ in log.beginTransaction(on: "s", expecting: .any) }
        #expect(log.commitTransaction(ids[0], now: 0) == nil)
        #expect(log.commitTransaction(ids[1], now: 0) != nil)
        #expect(log.commitTransaction(ids[2], now: 0) != nil)
    }

    @Test("transactions that hold too much are forgotten, the oldest first")
    func limit() {
        let transactions = TransactionTable(costLimit: 2_800)
        var log = EventLog(seed: 0, transactions: transactions)
        let first = log.beginTransaction(on: "s", expecting: .any)
        let second = log.beginTransaction(on: "s", expecting: .any)
        let third = log.beginTransaction(on: "s", expecting: .any)
        log.add(Self.events("abc"), toTransaction: first, now: 0)
        log.add(Self.events("defg"), toTransaction: third, now: 0)
        #expect(log.commitTransaction(first, now: 0) != nil)
        log.add(Self.events("hij"), toTransaction: second, now: 0)
        #expect(log.commitTransaction(first, now: 0) != nil)
        log.add(Self.events("k"), toTransaction: second, now: 0)
        #expect(log.commitTransaction(first, now: 0) == nil)
        #expect(log.commitTransaction(second, now: 0) != nil)
        #expect(log.commitTransaction(third, now: 0) != nil)
        let fourth = log.beginTransaction(on: "s", expecting: .any)
        log.add(Self.events("abcdefghijklmno"), toTransaction: fourth, now: 0)
        #expect(log.commitTransaction(fourth, now: 0) == nil)
    }

    @Test("the names of streams count, too")
    func names() {
        var log = EventLog(seed: 0, transactions: TransactionTable(costLimit: 2_000))
        let stream = StreamName(String(repeating: "s", count: 1_000))
        let (first, second) = (
            log.beginTransaction(on: stream, expecting: .any), log.beginTransaction(on: stream, expecting: .any)
        )
        #expect(log.commitTransaction(first, now: 0) == nil)
        #expect(log.commitTransaction(second, now: 0) != nil)
    }

    @Test("pages may end within a transaction and go on there", arguments: 1...4, [ReadDirection.forward, .backward])
    func paging(_ count: Int, _ direction: ReadDirection) throws {
        var log = EventLog(seed: 0)
        log.write("a", to: "t")
        let id = log.beginTransaction(on: "s", expecting: .any)
        log.add(Self.events("bcd"), toTransaction: id, now: 0)
        log.write("e", to: "t")
        _ = log.commitTransaction(id, now: 0)
        log.write("f", to: "t")
        let end = LogPosition(commit: log.endPosition, prepare: log.endPosition)
        var position = direction == .forward ? LogPosition(commit: 0, prepare: 0) : end
        var read: [GUID] = []
        while true {
            let slice = try log.slice(direction, position, count)
            position = slice.next(after: slice.entries.count)
            if slice.entries.isEmpty { break }
            read += slice.entries.map(\.record.id)
        }
        let written = "aebcdf".map { GUID(letter: $0) }
        #expect(read == (direction == .forward ? written : written.reversed()))
    }
}
