import PhotonPumpWire
import Testing

@testable import EmbeddedEventStore

@Suite struct StreamReadTests {
    typealias Result = ReadStreamEventsCompleted.Result

    struct Refusal: Sendable {
        let direction: ReadDirection
        let from: Int64
        let count: Int32
        let text: String
    }

    @Test(
        "a page nobody could read is refused with a reason, whatever the stream",
        arguments: [
            Refusal(
                direction: .forward, from: 0, count: 4097,
                text: "Read size too big, should be less than 4096 items"
            ),
            Refusal(
                direction: .backward, from: -1, count: .max,
                text: "Read size too big, should be less than 4096 items"
            ),
            Refusal(
                direction: .forward, from: 0, count: 0,
                text: "maxCount should be positive.\nParameter name: maxCount"
            ),
            Refusal(
                direction: .backward, from: -1, count: .min,
                text: "maxCount should be positive.\nParameter name: maxCount"
            ),
            Refusal(
                direction: .forward, from: -1, count: 1,
                text: "fromEventNumber should be non negative.\nParameter name: fromEventNumber"
            ),
        ],
        ["s", "missing", "deleted"]
    )
    func refusals(_ refusal: Refusal, _ stream: String) throws {
        let node = TestNode {
            $0.write("a", to: "s")
            $0.delete("deleted", hard: true)
        }
        let page = try #require(node.readStream(stream, refusal.direction, from: refusal.from, count: refusal.count))
        #expect(page.result == .error)
        #expect(page.error == refusal.text)
        #expect(page.nextEventNumber == -1)
        #expect(page.lastEventNumber == -1)
        #expect(page.isEndOfStream)
    }

    @Test("4096 events are not too many")
    func fullPage() throws {
        let node = TestNode { log in
            for _ in 0..<4_100 { log.write("ab", to: "s", log.lastNumber(of: "s")) }
        }
        let page = try #require(node.readStream("s", count: 4096))
        #expect(page.events.compactMap(\.event?.number) == Array(0..<4096))
        #expect(page.nextEventNumber == 4096)
        #expect(!page.isEndOfStream)
        #expect(page.error == "")
    }

    @Test("what became of a stream decides the result", arguments: [ReadDirection.forward, .backward])
    func results(_ direction: ReadDirection) throws {
        let node = TestNode {
            $0.write("abc", to: "soft")
            $0.delete("soft")
            $0.delete("hard", hard: true)
        }
        let position = node.log.lastPosition
        let rows: [(String, Result, Int64)] = [
            ("missing", .noStream, -1), ("soft", .noStream, 2), ("hard", .streamDeleted, .max),
            ("$$hard", .streamDeleted, .max), ("$users", .accessDenied, -1), ("$all", .accessDenied, -1),
            ("$$$$soft", .accessDenied, -1),
        ]
        for (stream, result, last) in rows {
            let page = try #require(node.readStream(stream, direction))
            #expect(page.result == result, "\(stream)")
            #expect(page.lastEventNumber == last, "\(stream)")
            #expect(page.nextEventNumber == -1, "\(stream)")
            #expect(page.isEndOfStream, "\(stream)")
            #expect(page.events.isEmpty, "\(stream)")
            #expect(page.lastCommitPosition == position, "\(stream)")
            #expect(page.error == "", "\(stream)")
        }
    }

    @Test("$all is no stream, even for those who may read it")
    func all() throws {
        let node = TestNode { $0.write("a", to: "s") }
        #expect(try node.readStream("$all", login: .admin)?.result == .noStream)
    }

    @Test("a client that never said it knows wide numbers gets a narrow tombstone")
    func narrowNumbers() throws {
        let node = TestNode { $0.delete("s", hard: true) }
        #expect(node.readStream("s", schema: .narrow)?.lastEventNumber == Int64(Int32.max))
        #expect(node.readStream("s", schema: .wide)?.lastEventNumber == .max)
        #expect(node.readStream("missing", schema: .narrow)?.lastEventNumber == -1)
    }

    @Test("a page has as many events as were asked for, however large", arguments: [ReadDirection.forward, .backward])
    func largePage(_ direction: ReadDirection) throws {
        let node = TestNode { log in
            let data = String(repeating: "x", count: 1 << 20)
            for letter in "abcde" {
                _ = log.write([ProposedEvent(letter: letter, data: data)], to: "s", expecting: .any, now: 0)
            }
        }
        let page = try #require(
            node.readStream("s", direction, from: direction == .forward ? 0 : -1, count: 5))
        #expect(page.events.count == 5)
        #expect(page.isEndOfStream)
    }
}
