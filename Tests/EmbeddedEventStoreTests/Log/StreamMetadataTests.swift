import PhotonPumpWire
import Testing

@testable import EmbeddedEventStore

@Suite struct StreamMetadataTests {
    private static let nothing = StreamMetadata()

    @Test(
        "what an event says of its stream",
        arguments: [
            ("{}", Self.nothing),
            (#"{"$maxCount":3,"$maxAge":60,"$tb":5}"#, StreamMetadata(maxCount: 3, maxAge: 60, truncateBefore: 5)),
            (#"{"$maxCount":0,"$maxAge":-1,"$tb":5}"#, StreamMetadata(truncateBefore: 5)),
            (#"{"$tb":0}"#, StreamMetadata(truncateBefore: 0)),
            (#"{"$tb":-1,"$maxCount":2}"#, StreamMetadata(maxCount: 2)),
            (#"{"$tb":9223372036854775807}"#, StreamMetadata(truncateBefore: .max)),
            (#"{"mine":{"$tb":1},"$maxCount":2}"#, StreamMetadata(maxCount: 2)),
            (#"{"$cacheControl":0,"$tmp":true,"$maxCount":2}"#, StreamMetadata(maxCount: 2)),
            (#"{"$maxCount":"3","$tb":5}"#, Self.nothing), (#"{"$maxCount":null,"$tb":5}"#, Self.nothing),
            (#"{"$maxCount":true,"$tb":5}"#, Self.nothing), (#"{"$maxCount":1.5,"$tb":5}"#, Self.nothing),
            (#"{"$tb":9223372036854775808,"$maxCount":2}"#, Self.nothing), (#"{"$tmp":1,"$tb":5}"#, Self.nothing),
            (#"{"$cacheControl":"x","$tb":5}"#, Self.nothing), (#"{"$acl":[],"$tb":5}"#, Self.nothing),
            (#"{"$acl":{"$r":7},"$tb":5}"#, Self.nothing), (#"{"$acl":null,"$tb":5}"#, Self.nothing),
            (#"{"$maxAge":9223372036854775807,"$tb":5}"#, Self.nothing),
            (#"{"$maxAge":922337203685}"#, StreamMetadata(maxAge: 922_337_203_685)),
            ("[]", Self.nothing), ("7", Self.nothing), ("null", Self.nothing), ("", Self.nothing),
            (#"{"$tb":5"#, Self.nothing), ("\u{1}\u{2}\u{3}", Self.nothing),
        ]
    )
    func decoding(_ json: String, _ metadata: StreamMetadata) {
        #expect(StreamMetadata(ProposedEvent(letter: "a", data: json)) == metadata)
    }

    @Test("an event that does not say it is JSON has no effect")
    func binary() {
        var event = ProposedEvent(letter: "a", data: #"{"$tb":5}"#)
        event.dataContentType = 0
        #expect(StreamMetadata(event) == Self.nothing)
    }

    @Test("the oldest age there is can be counted back from any time")
    func longestAge() {
        let metadata = StreamMetadata(ProposedEvent(letter: "a", data: #"{"$maxAge":922337203685}"#))
        #expect(metadata.oldestShown(now: 0) == -922_337_203_685_000)
    }

    @Test("members at all depths are read without harm", arguments: [1, 100, 1_000, 100_000])
    func depth(_ depth: Int) {
        let json = String(repeating: #"{"a":"#, count: depth) + "1" + String(repeating: "}", count: depth)
        #expect(StreamMetadata(ProposedEvent(letter: "a", data: json)) == Self.nothing)
    }

    @Test("of several events in one write the last one counts")
    func lastOfMany() {
        var log = EventLog(seed: 0)
        let events = [7, 8, 9].map { ProposedEvent(letter: Character("\($0)"), data: "{\"$tb\":\($0)}") }
        _ = log.write(events, to: "$$s", expecting: .any, now: 0)
        #expect(log.metadata(of: "s").truncateBefore == 9)
    }

    @Test("the latest metadata wins completely")
    func replaced() {
        var log = EventLog(seed: 0)
        log.describe("s", #"{"$maxCount":3}"#)
        log.describe("s", #"{"$tb":5}"#)
        #expect(log.metadata(of: "s") == StreamMetadata(truncateBefore: 5))
        log.delete("s")
        #expect(log.metadata(of: "s") == StreamMetadata(truncateBefore: .max))
    }

    @Test(
        "a hidden stream comes back with its metadata, from a number on",
        arguments: [
            (#"{"$maxCount":3,"mine":"a/b"}"#, #"{"$maxCount":3,"$tb":2,"mine":"a/b"}"#),
            (#"{"$tb":9223372036854775807}"#, #"{"$tb":2}"#), ("{}", #"{"$tb":2}"#), ("[]", "[]"), ("x", "x"),
        ]
    )
    func undeletedByMetadata(_ written: String, _ latest: String) {
        var log = EventLog(seed: 0)
        log.write("ab", to: "s")
        log.delete("s")
        log.describe("s", written)
        #expect(log.description(of: "s") == latest)
        #expect(!log.isSoftDeleted("s"))
    }

    @Test("a hidden stream that is written to keeps the rest of its metadata")
    func undeletedByWriting() {
        var log = EventLog(seed: 0)
        log.write("ab", to: "s")
        log.describe("s", #"{"$tb":9223372036854775807,"$maxCount":7,"mine":[1,2.5,null,true]}"#)
        #expect(log.view(of: "s", now: 0) == .missing(last: 1))
        log.write("c", to: "s", -1)
        #expect(log.description(of: "s") == #"{"$maxCount":7,"$tb":2,"mine":[1,2.5,null,true]}"#)
        #expect(log.page("s", .forward, 0, 10)?.numbers == [2])
    }
}
