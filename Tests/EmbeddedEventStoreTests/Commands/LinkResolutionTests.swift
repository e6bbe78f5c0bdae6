import PhotonPumpWire
import Testing

@testable import EmbeddedEventStore

@Suite struct LinkResolutionTests {
    /// A log whose stream `links` has one link for each of `targets`.
    private static func node(_ targets: [String]) -> TestNode {
        TestNode { log in
            log.write("ab", to: "src", -1)
            log.write("a", to: "with@at", -1)
            log.write("a", to: "$system", -1)
            log.write("a", to: "hard", -1)
            log.write("a", to: "soft", -1)
            log.delete("hard", hard: true)
            log.delete("soft")
            log.write("ab", to: "truncated", -1)
            log.describe("truncated", #"{"$tb":1}"#)
            let links = targets.enumerated().map { offset, target in
                ProposedEvent(letter: Character(UnicodeScalar(UInt8(65 + offset))), type: "$>", data: target)
            }
            _ = log.write(links, to: "links", expecting: .noStream, now: 0)
        }
    }

    @Test(
        "a link comes with what it leads to, or alone",
        arguments: [
            ("1@src", "b"), ("-1@src", "b"), ("0@with@at", "a"), ("0@links", "A"), ("2@src", nil), ("0@hard", nil),
            ("0@soft", nil), ("0@truncated", nil), ("1@truncated", "b"), ("0@missing", nil), ("0@with", nil),
            ("garbage", nil), ("x@y", nil), ("-2@src", nil),
            ("0@", nil),
        ] as [(String, Character?)]
    )
    func targets(_ target: String, _ letter: Character?) throws {
        let node = Self.node([target])
        let single = try #require(node.readEvent("links", 0, resolveLinks: true))
        let page = try #require(node.readStream("links", resolveLinks: true))
        #expect(single.result == .success)
        for found in [single.event] + page.events {
            #expect(found.event?.id == letter.map { GUID(letter: $0) })
            #expect(found.link?.stream.text == "links")
        }
        #expect(page.events.count == 1)
    }

    @Test("an unresolved link is an event like any other")
    func unresolved() throws {
        let node = Self.node(["1@src"])
        let found = try #require(node.readEvent("links", 0)).event
        #expect(found.event?.data.text == "1@src")
        #expect(found.link == nil)
    }

    @Test("an event of another type is no link, whatever its data")
    func otherType() throws {
        let node = TestNode { log in
            let event = ProposedEvent(letter: "a", data: "0@s")
            _ = log.write([event], to: "s", expecting: .any, now: 0)
        }
        let found = try #require(node.readEvent("s", 0, resolveLinks: true)).event
        #expect(found.event != nil)
        #expect(found.link == nil)
    }

    @Test("one link to where the reader may not look costs the whole page")
    func denied() throws {
        let node = Self.node(["0@src", "0@$system", "1@src"])
        let page = try #require(node.readStream("links", resolveLinks: true))
        #expect(page.result == .accessDenied)
        #expect(page.events.isEmpty)
        #expect(page.lastEventNumber == -1)
        #expect(node.readEvent("links", 1, resolveLinks: true)?.result == .accessDenied)

        #expect(node.readStream("links", count: 1, resolveLinks: true)?.result == .success)
        #expect(node.readStream("links")?.result == .success)
        #expect(try node.readStream("links", resolveLinks: true, login: .admin)?.events.count == 3)
    }
}
