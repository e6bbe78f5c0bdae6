import PhotonPumpWire
import Testing

@testable import EmbeddedEventStore

/// Which events are on a page, where the next one starts and whether there is one.
@Suite struct StreamSliceTests {
    struct Row: CustomTestStringConvertible {
        let direction: ReadDirection
        let from: Int64
        let count: Int64
        let page: Page

        init(
            _ direction: ReadDirection, _ from: Int64, _ count: Int64, _ numbers: [Int64], _ next: Int64, _ isEnd: Bool
        ) {
            self.direction = direction
            self.from = from
            self.count = count
            self.page = Page(numbers: numbers, next: next, isEnd: isEnd)
        }

        var testDescription: String { "\(self.direction) from \(self.from), \(self.count) events" }
    }

    @Test(
        "a stream of five events",
        arguments: [
            Row(.forward, 0, 2, [0, 1], 2, false),
            Row(.forward, 2, 2, [2, 3], 4, false),
            Row(.forward, 3, 2, [3, 4], 5, true),
            Row(.forward, 4, 2, [4], 5, true),
            Row(.forward, 5, 2, [], 5, true),
            Row(.forward, 100, 2, [], 5, true),
            Row(.forward, 0, 4, [0, 1, 2, 3], 4, false),
            Row(.forward, 0, 5, [0, 1, 2, 3, 4], 5, true),
            Row(.forward, 0, 4096, [0, 1, 2, 3, 4], 5, true),
            Row(.forward, .max, 1, [], 5, true),
            Row(.forward, .max, 4096, [], 5, true),
            Row(.backward, -1, 2, [4, 3], 2, false),
            Row(.backward, 2, 2, [2, 1], 0, false),
            Row(.backward, 1, 2, [1, 0], -1, true),
            Row(.backward, 0, 2, [0], -1, true),
            Row(.backward, 4, 4, [4, 3, 2, 1], 0, false),
            Row(.backward, 4, 5, [4, 3, 2, 1, 0], -1, true),
            Row(.backward, 5, 2, [4], 3, false),
            Row(.backward, 6, 3, [4], 3, false),
            Row(.backward, 100, 2, [], 4, false),
            Row(.backward, 100, 4096, [4, 3, 2, 1, 0], -1, true),
            Row(.backward, .max, 1, [], 4, false),
            Row(.backward, .max, 4096, [], 4, false),
        ]
    )
    func fiveEvents(_ row: Row) {
        var log = EventLog(seed: 0)
        log.write("abcde", to: "s")
        #expect(log.page("s", row.direction, row.from, row.count) == row.page)
    }

    @Test(
        "a stream of five events whose first three are hidden",
        arguments: [
            Row(.forward, 0, 2, [], 3, false),
            Row(.forward, 0, 3, [], 3, false),
            Row(.forward, 0, 4, [3], 4, false),
            Row(.forward, 2, 2, [3], 4, false),
            Row(.forward, 0, 10, [3, 4], 5, true),
            Row(.forward, 9, 1, [], 5, true),
            Row(.backward, -1, 1, [4], 3, false),
            Row(.backward, -1, 2, [4, 3], -1, true),
            Row(.backward, 3, 1, [3], -1, true),
            Row(.backward, 2, 2, [], -1, true),
            Row(.backward, 0, 1, [], -1, true),
        ]
    )
    func hiddenHead(_ row: Row) {
        var log = EventLog(seed: 0)
        log.write("abc", to: "s")
        log.delete("s")
        log.write("de", to: "s")
        #expect(log.page("s", row.direction, row.from, row.count) == row.page)
    }

    @Test(
        "a stream whose three events are all hidden",
        arguments: [
            Row(.forward, 0, 2, [], 3, false),
            Row(.forward, 0, 4, [], 3, true),
            Row(.forward, 3, 2, [], 3, true),
            Row(.backward, -1, 2, [], -1, true),
            Row(.backward, 7, 2, [], 2, false),
        ]
    )
    func hiddenUntilBeyondTheEnd(_ row: Row) {
        var log = EventLog(seed: 0)
        log.write("abc", to: "s")
        log.delete("s")
        log.write("", to: "s")
        #expect(log.page("s", row.direction, row.from, row.count) == row.page)
    }

    /// Event n was written n seconds after 1970.
    private static func aging(_ metadata: String) -> EventLog {
        var log = EventLog(seed: 0)
        for (second, letter) in "abcdefgh".enumerated() {
            log.write(String(letter), to: "s", now: Int64(second) * 1000)
        }
        log.describe("s", metadata)
        return log
    }

    @Test(
        "a stream of eight events, of which the first three have become too old",
        arguments: [
            Row(.forward, 0, 2, [], 2, false),
            Row(.forward, 2, 2, [3], 4, false),
            Row(.forward, 0, 8, [3, 4, 5, 6, 7], 8, true),
            Row(.forward, 8, 8, [], 8, true),
            Row(.backward, -1, 2, [7, 6], 5, false),
            Row(.backward, 4, 2, [4, 3], 2, false),
            Row(.backward, 4, 3, [4, 3], -1, true),
            Row(.backward, 2, 2, [], -1, true),
            Row(.backward, 20, 2, [], 7, false),
        ]
    )
    func tooOld(_ row: Row) {
        let log = Self.aging(#"{"$maxAge":10}"#)
        #expect(log.page("s", row.direction, row.from, row.count, now: 13_000) == row.page)
        #expect(log.event(2, of: "s", log.view(of: "s", now: 13_000)) == nil)
        #expect(log.event(3, of: "s", log.view(of: "s", now: 13_000)) != nil)
    }

    @Test(
        "what hides most events wins",
        arguments: [
            (#"{"$maxCount":3}"#, [5, 6, 7]), (#"{"$tb":6}"#, [6, 7]), (#"{"$maxCount":3,"$tb":6}"#, [6, 7]),
            (#"{"$maxCount":3,"$tb":1}"#, [5, 6, 7]), (#"{"$maxCount":100}"#, [0, 1, 2, 3, 4, 5, 6, 7]),
            (#"{"$maxCount":9223372036854775807}"#, [0, 1, 2, 3, 4, 5, 6, 7]), (#"{"$tb":8}"#, []),
            (#"{"$maxCount":6,"$maxAge":10}"#, [3, 4, 5, 6, 7]),
            (#"{"$maxCount":0,"$tb":-1}"#, [0, 1, 2, 3, 4, 5, 6, 7]),
        ] as [(String, [Int64])]
    )
    func together(_ metadata: String, _ numbers: [Int64]) {
        let log = Self.aging(metadata)
        #expect(log.page("s", .forward, 0, 100, now: 13_000)?.numbers == numbers)
        #expect(log.page("s", .backward, -1, 100, now: 13_000)?.numbers == numbers.reversed())
    }

    @Test(
        "of a metastream only the latest event is seen",
        arguments: [Row(.forward, 0, 10, [2], 3, true), Row(.backward, -1, 10, [2], -1, true)]
    )
    func metastream(_ row: Row) {
        var log = EventLog(seed: 0)
        log.write("abc", to: "$$s")
        #expect(log.page("$$s", row.direction, row.from, row.count) == row.page)
    }

    @Test(
        "single events",
        arguments: [(-1, 4), (0, nil), (2, nil), (3, 3), (4, 4), (5, nil), (.max, nil)] as [(Int64, Int64?)]
    )
    func singleEvents(_ wanted: Int64, _ found: Int64?) {
        var log = EventLog(seed: 0)
        log.write("abc", to: "s")
        log.delete("s")
        log.write("de", to: "s")
        #expect(log.event(wanted, of: "s", log.view(of: "s", now: 0))?.number == found)
    }
}
