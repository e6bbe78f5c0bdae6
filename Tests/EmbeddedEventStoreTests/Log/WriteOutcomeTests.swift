import Testing

@testable import EmbeddedEventStore

/// What a write does, by what the stream holds and what the writer expects.
@Suite struct WriteOutcomeTests {
    struct Row: CustomTestStringConvertible {
        let expected: Int64
        let events: String
        let outcome: Outcome

        init(_ expected: Int64, _ events: String, _ outcome: Outcome) {
            self.expected = expected
            self.events = events
            self.outcome = outcome
        }

        var testDescription: String { "\(self.expected) [\(self.events)] → \(self.outcome)" }
    }

    /// A ``WriteOutcome`` without the position.
    enum Outcome: Equatable {
        case appended(Int64, Int64)
        case repeated(Int64, Int64)
        case wrong(Int64)
        case deleted

        init(_ outcome: WriteOutcome) {
            switch outcome {
            case .appended(let first, let last, _): self = .appended(first, last)
            case .repeated(let first, let last): self = .repeated(first, last)
            case .wrongExpectedVersion(let current): self = .wrong(current)
            case .streamDeleted: self = .deleted
            }
        }
    }

    private static func expect(_ row: Row, after prepare: (inout EventLog) -> Void) {
        var log = EventLog(seed: 0)
        prepare(&log)
        #expect(Outcome(log.write(row.events, to: "s", row.expected)) == row.outcome)
    }

    @Test(
        "a stream of a and b",
        arguments: [
            Row(-1, "ab", .repeated(0, 1)),
            Row(-1, "a", .repeated(0, 0)),
            Row(-1, "abc", .wrong(1)),
            Row(-1, "b", .wrong(1)),
            Row(-1, "x", .wrong(1)),
            Row(-1, "", .wrong(1)),
            Row(0, "b", .repeated(1, 1)),
            Row(0, "bc", .wrong(1)),
            Row(0, "a", .wrong(1)),
            Row(0, "", .wrong(1)),
            Row(1, "x", .appended(2, 2)),
            Row(1, "xy", .appended(2, 3)),
            Row(1, "a", .appended(2, 2)),
            Row(1, "", .appended(2, 1)),
            Row(2, "x", .wrong(1)),
            Row(2, "", .wrong(1)),
            Row(.max, "x", .wrong(1)),
            Row(-2, "x", .appended(2, 2)),
            Row(-2, "a", .repeated(0, 0)),
            Row(-2, "ab", .repeated(0, 1)),
            Row(-2, "ba", .repeated(1, 0)),
            Row(-2, "aa", .repeated(0, 0)),
            Row(-2, "ax", .wrong(1)),
            Row(-2, "xa", .appended(2, 3)),
            Row(-2, "xx", .appended(2, 3)),
            Row(-2, "", .appended(2, 1)),
            Row(-4, "x", .appended(2, 2)),
            Row(-4, "b", .repeated(1, 1)),
            Row(-4, "bx", .wrong(1)),
            Row(-4, "", .appended(2, 1)),
        ]
    )
    func existing(_ row: Row) {
        Self.expect(row) { $0.write("ab", to: "s", -1) }
    }

    @Test(
        "a stream that does not exist",
        arguments: [
            Row(-1, "a", .appended(0, 0)),
            Row(-1, "", .appended(0, -1)),
            Row(-2, "ab", .appended(0, 1)),
            Row(-2, "", .appended(0, -1)),
            Row(0, "a", .wrong(-1)),
            Row(7, "", .wrong(-1)),
            Row(-4, "a", .wrong(-1)),
            Row(-4, "", .wrong(-1)),
        ]
    )
    func missing(_ row: Row) {
        Self.expect(row) { _ in }
    }

    @Test("a stream that has only metadata", arguments: [Row(-4, "a", .appended(0, 0)), Row(-1, "a", .appended(0, 0))])
    func onlyMetadata(_ row: Row) {
        Self.expect(row) { $0.write("m", to: "$$s") }
    }

    @Test(
        "a softly deleted stream of a and b",
        arguments: [
            Row(-1, "x", .appended(2, 2)),
            Row(-1, "b", .appended(2, 2)),
            Row(-1, "a", .repeated(0, 0)),
            Row(-1, "ab", .repeated(0, 1)),
            Row(-1, "ax", .wrong(1)),
            Row(-1, "", .wrong(1)),
            Row(-2, "x", .appended(2, 2)),
            Row(-2, "a", .repeated(0, 0)),
            Row(1, "x", .appended(2, 2)),
            Row(0, "x", .wrong(1)),
            Row(0, "b", .repeated(1, 1)),
            Row(2, "x", .wrong(1)),
            Row(-4, "x", .deleted),
            Row(-4, "a", .deleted),
        ]
    )
    func softlyDeleted(_ row: Row) {
        Self.expect(row) {
            $0.write("ab", to: "s", -1)
            $0.delete("s")
        }
    }

    @Test(
        "a softly deleted stream that never was",
        arguments: [Row(-1, "x", .appended(0, 0)), Row(-2, "x", .appended(0, 0)), Row(-4, "x", .deleted)]
    )
    func softlyDeletedBeforeItWas(_ row: Row) {
        Self.expect(row) { $0.delete("s") }
    }

    @Test("a stream with a tombstone", arguments: [-1, -2, -4, 0, 1, Int64.max], ["", "a", "x"])
    func tombstone(_ expected: Int64, _ events: String) {
        var log = EventLog(seed: 0)
        log.write("ab", to: "s", -1)
        log.delete("s", hard: true)
        #expect(log.write(events, to: "s", expected) == .streamDeleted)
        #expect(log.write(events, to: "$$s", expected) == .streamDeleted)
    }

    @Test("an id is remembered for the first stream it came to")
    func oneStreamPerID() {
        var log = EventLog(seed: 0)
        #expect(Outcome(log.write("a", to: "A")) == .appended(0, 0))
        #expect(Outcome(log.write("a", to: "B")) == .appended(0, 0))
        #expect(Outcome(log.write("a", to: "A")) == .repeated(0, 0))
        #expect(Outcome(log.write("a", to: "B")) == .appended(1, 1))
    }

    @Test("an id that was forgotten is new where no version says otherwise")
    func forgotten() {
        var log = EventLog(seed: 0)
        log.recentIDs = RecentEventIDs(limit: 0)
        log.write("ab", to: "s", -1)
        log.write("xyz", to: "other")
        #expect(Outcome(log.write("ab", to: "s", -1)) == .repeated(0, 1))
        #expect(Outcome(log.write("a", to: "s", -2)) == .appended(2, 2))
    }

    @Test("names that differ in their bytes are different streams")
    func bytewiseNames() {
        var log = EventLog(seed: 0)
        log.write("a", to: "caf\u{E9}")
        #expect(Outcome(log.write("b", to: "cafe\u{301}", -1)) == .appended(0, 0))
    }
}
