import Testing

@testable import PhotonPump

@Suite("A filter of events")
struct EventMatcherTests {
    @Test(
        "a filter of events looks at the stream or the type, for a prefix or anything that matches",
        arguments: [
            (EventFilter.types(prefixedBy: "Pony"), true), (.types(prefixedBy: "pony"), false),
            (.types(prefixedBy: "Horse", "PonyJ"), true), (.types(matching: "Jump"), true),
            (.types(matching: "^Jump"), false), (.types(matching: "ed$"), true),
            (.streams(prefixedBy: "stable-"), true), (.streams(prefixedBy: "Pony"), false),
            (.streams(matching: #"-\d+$"#), true), (.streams(matching: "Pony"), false),
            (.excludingSystemEvents, true),
        ]
    )
    func matching(filter: EventFilter, matches: Bool) throws {
        #expect(try EventMatcher(filter).matches(stream: "stable-7", type: "PonyJumped") == matches)
    }

    @Test("a filter of events can leave out the server's own events")
    func system() throws {
        #expect(try !EventMatcher(.excludingSystemEvents).matches(stream: "$$s", type: "$metadata"))
    }

    @Test(
        "a filter of events that can never work is refused, and named",
        arguments: [
            (EventFilter.types(prefixedBy: ""), "the filter has no prefix, or an empty one"),
            (.streams(prefixedBy: "a", ""), "the filter has no prefix, or an empty one"),
            (.types(matching: "(unclosed"), "the filter's '(unclosed' is not a regular expression"),
            (.types(matching: ""), "the filter's '' is not a regular expression"),
        ]
    )
    func invalid(filter: EventFilter, message: String) throws {
        let error = try #require(throws: PhotonPumpError.self) { try EventMatcher(filter) }
        #expect(error.code == .invalidArgument)
        #expect(error.message == message)
    }
}
