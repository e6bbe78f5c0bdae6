import PhotonPumpWire
import Testing

@testable import EmbeddedEventStore

@Suite struct EventReadTests {
    @Test(
        "the result of reading one event",
        arguments: [
            ("s", 0, .success), ("s", 2, .success), ("s", -1, .success), ("s", 3, .notFound), ("s", .max, .notFound),
            ("missing", 0, .noStream), ("missing", -1, .noStream), ("soft", 0, .noStream), ("soft", -1, .noStream),
            ("hard", 0, .streamDeleted), ("hard", .max, .streamDeleted), ("$$hard", -1, .streamDeleted),
            ("again", 1, .notFound), ("again", 2, .success), ("$system", 0, .accessDenied),
        ] as [(String, Int64, ReadEventCompleted.Result)]
    )
    func results(_ stream: String, _ number: Int64, _ result: ReadEventCompleted.Result) throws {
        let node = TestNode {
            for stream in ["s", "soft", "hard", "$system"] { $0.write("abc", to: stream, -1) }
            $0.write("ab", to: "again", -1)
            for stream in ["soft", "again"] { $0.delete(stream) }
            $0.write("c", to: "again", -1)
            $0.delete("hard", hard: true)
        }
        let answer = try #require(node.readEvent(stream, number))
        #expect(answer.result == result)
        #expect((answer.event.event != nil) == (result == .success))
        #expect(answer.event.link == nil)
        #expect(answer.error == nil)
    }

    @Test(
        "metadata that is missing is an event of nothing, if there is a stream to have it",
        arguments: [
            ("$$s", -1, .success, false), ("$$s", 0, .noStream, false), ("$$missing", -1, .noStream, false),
            ("$$described", -1, .success, true), ("$$described", 0, .notFound, false),
            ("$$hard", -1, .streamDeleted, false),
            ("$$only", -1, .success, true), ("$$$$s", -1, .accessDenied, false),
        ] as [(String, Int64, ReadEventCompleted.Result, Bool)]
    )
    func metadata(_ stream: String, _ number: Int64, _ result: ReadEventCompleted.Result, _ hasEvent: Bool) throws {
        let node = TestNode {
            for stream in ["s", "described", "hard"] { $0.write("a", to: stream, -1) }
            for stream in ["described", "only"] {
                $0.describe(stream, "{}")
                $0.describe(stream, "{}")
            }
            $0.delete("hard", hard: true)
        }
        let answer = try #require(node.readEvent(stream, number))
        #expect(answer.result == result)
        #expect((answer.event.event != nil) == hasEvent)
    }

    @Test("-1 is the last event")
    func last() throws {
        let node = TestNode { $0.write("abc", to: "s") }
        #expect(node.readEvent("s", -1)?.event.event?.number == 2)
    }
}
