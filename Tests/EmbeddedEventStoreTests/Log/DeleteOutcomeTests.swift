import PhotonPumpWire
import Testing

@testable import EmbeddedEventStore

/// Which deletions are done, soft and hard ones alike.
@Suite struct DeleteOutcomeTests {
    struct Row: CustomTestStringConvertible {
        let stream: String
        let expected: Int64
        /// Nil for a deletion that is done.
        let refusal: DeleteOutcome?

        init(_ stream: String, _ expected: Int64, _ refusal: DeleteOutcome? = nil) {
            self.stream = stream
            self.expected = expected
            self.refusal = refusal
        }

        var testDescription: String { "\(self.stream), expecting \(self.expected)" }
    }

    @Test(
        "the version expected decides, and a tombstone before it",
        arguments: [
            Row("live", -2), Row("live", 1), Row("live", 0, .wrongExpectedVersion(current: 1)),
            Row("live", 2, .wrongExpectedVersion(current: 1)), Row("live", -1, .wrongExpectedVersion(current: 1)),
            Row("missing", -2), Row("missing", -1), Row("missing", 0, .wrongExpectedVersion(current: -1)),
            Row("soft", -2), Row("soft", -1), Row("soft", 1), Row("soft", 0, .wrongExpectedVersion(current: 1)),
            Row("hard", -2, .streamDeleted), Row("hard", -1, .streamDeleted), Row("hard", 7, .streamDeleted),
        ],
        [false, true]
    )
    func outcomes(_ row: Row, _ hard: Bool) {
        var log = EventLog(seed: 0)
        for stream in ["live", "soft", "hard"] { log.write("ab", to: stream, -1) }
        log.delete("soft")
        log.delete("hard", hard: true)
        let end = log.endPosition
        #expect(log.delete(row.stream, hard: hard, row.expected) == row.refusal ?? .deleted(position: end))
        if row.refusal == nil {
            #expect(log.entries.last?.position.commit == end)
        } else {
            #expect(log.endPosition == end)
        }
    }
}
