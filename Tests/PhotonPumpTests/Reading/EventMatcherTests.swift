import PhotonPumpWire
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
            (.excludingSystemEvents, true), (.excludingPersistentConfiguration, true),
            (.types(prefixedBy: ["Horse", "PonyJ"]), true), (.not(.types(prefixedBy: "Pony")), false),
            (.not(.not(.types(matching: "ed$"))), true),
            (.streams(prefixedBy: "stable-").and(.types(matching: "^P")), true),
            (.streams(prefixedBy: "stable-").and(.types(matching: "^Q")), false),
            (.streams(prefixedBy: "x").or(.types(prefixedBy: "Pony")), true),
            (.not(.streams(prefixedBy: "x").or(.types(prefixedBy: "Pony"))), false),
            (
                .types(prefixedBy: "a").or(.types(matching: "b")).or(
                    .types(prefixedBy: "P").and(.types(matching: "J"))), true
            ),
        ]
    )
    func matching(filter: EventFilter, matches: Bool) throws {
        #expect(try EventMatcher(filter).matches(stream: "stable-7", type: "PonyJumped") == matches)
    }

    @Test(
        "a filter of events that is about types alone, or streams alone, becomes an expression that means the same",
        arguments: [
            EventFilter.not(.types(prefixedBy: "$", "a.b", "Pony")), .not(.types(matching: "ed$")),
            .types(prefixedBy: "P").and(.types(matching: "^.*ed")).and(.not(.types(matching: "J"))),
            .types(prefixedBy: "P").or(.types(matching: "^a|b$")),
            .not(.types(prefixedBy: "P").or(.types(matching: "^a"))),
            .excludingSystemEvents.and(.excludingPersistentConfiguration),
            .not(.excludingSystemEvents.and(.not(.types(prefixedBy: "(", "a|b")))),
        ]
    )
    func composed(filter: EventFilter) throws {
        let matcher = try EventMatcher(filter)
        let server = try #require(matcher.server)
        #expect((server.isComplete, server.message.context, server.message.kind) == (true, .eventType, .regex))
        let single = try EventMatcher(.types(matching: try #require(server.message.data.first)))
        for type in [
            "PonyJumped", "Pony", "Patched", "$metadata", "PersistentConfig1", "PersistentConfigured", "a", "ab",
            "a.b.c",
            "axb", "a|b", "(x", "zed", "", "$", "line\nPony",
        ] {
            #expect(matcher.matches(stream: "s", type: type) == single.matches(stream: "s", type: type), "\(type)")
        }
    }

    @Test("a filter of events tells the server what it can do of it")
    func server() throws {
        func message(_ filter: EventFilter) throws -> Filter? { try EventMatcher(filter).server?.message }
        #expect(try message(.types(prefixedBy: ["a", "b"])) == Filter(.eventType, .prefix, ["a", "b"]))
        #expect(try message(.streams(matching: "a")) == Filter(.streamID, .regex, ["a"]))

        // What is about both goes to the server in part, or not at all.
        let both = try EventMatcher(.not(.types(matching: "x")).or(.streams(prefixedBy: "y")))
        #expect(both.server == nil)
        let part = try EventMatcher(.streams(prefixedBy: "a").and(.types(prefixedBy: "b")))
        #expect(part.server?.message == Filter(.streamID, .prefix, ["a"]))
        #expect(part.server?.isComplete == false)
        let second = try EventMatcher(
            .types(prefixedBy: "b").or(.streams(prefixedBy: "a")).and(.types(prefixedBy: "c")))
        #expect(second.server?.message == Filter(.eventType, .prefix, ["c"]))

        // The numbers of groups would be others, and some servers do not take expressions of any length.
        #expect(try message(.not(.types(matching: #"(a)\1"#))) == nil)
        #expect(try message(.not(.types(prefixedBy: (0..<1000).map { "type-\($0)" }))) == nil)
    }

    @Test("a filter of events may consist of many parts")
    func many() throws {
        let filter = (0..<5_000).reduce(EventFilter.types(prefixedBy: "x")) { $0.or(.types(prefixedBy: "type-\($1)-")) }
        #expect(try EventMatcher(filter).matches(stream: "s", type: "type-4999-"))
        #expect(try !EventMatcher(filter).matches(stream: "s", type: "type-5000-"))
    }

    @Test("a filter of events can leave out the server's own events")
    func system() throws {
        #expect(try !EventMatcher(.excludingSystemEvents).matches(stream: "$$s", type: "$metadata"))
        #expect(try EventMatcher(.excludingSystemEvents).matches(stream: "$$s", type: ""))
        let configuration = try EventMatcher(.excludingPersistentConfiguration)
        #expect(!configuration.matches(stream: "$persistentSubscriptionConfig", type: "PersistentConfig1"))
    }

    @Test(
        "a filter of events that can never work is refused, and named",
        arguments: [
            (EventFilter.types(prefixedBy: ""), "the filter has no prefix, or an empty one"),
            (.streams(prefixedBy: "a", ""), "the filter has no prefix, or an empty one"),
            (.types(matching: "(unclosed"), "the filter's '(unclosed' is not a regular expression"),
            (.types(matching: ""), "the filter's '' is not a regular expression"),
            (.types(prefixedBy: []), "the filter has no prefix, or an empty one"),
            (
                .streams(prefixedBy: "a").and(.not(.types(matching: "["))),
                "the filter's '[' is not a regular expression"
            ),
        ]
    )
    func invalid(filter: EventFilter, message: String) throws {
        let error = try #require(throws: PhotonPumpError.self) { try EventMatcher(filter) }
        #expect(error.code == .invalidArgument)
        #expect(error.message == message)
    }
}
