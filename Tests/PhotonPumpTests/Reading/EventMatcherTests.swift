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
        "a regular expression means what it means to servers",
        arguments: [
            (#"^Order(Placed|Paid)$"#, "OrderPaid", true), (#"^Order(Placed|Paid)$"#, "OrderPaidBack", false),
            (#"^(?!Pony).*Jumped$"#, "HorseJumped", true), (#"^(?!Pony).*Jumped$"#, "PonyJumped", false),
            (#"\bOrder\b"#, "Shop.Order", true), (#"^can\b"#, "can't", true), (#"\bOrder"#, "PreOrder", false),
            (#"(?i)^pony"#, "PONYJumped", true), (#"(?i:pony)Jumped"#, "PonyjUMPED", false),
            (#"^\w+-\d{2,3}$"#, "päge-123", true), (#"^[^$@].*[.-]$"#, "a.b-", true), (#"^[^$@]"#, "@a", false),
            (#"^e"#, "e\u{301}", true), (#"^.$"#, "👍", true), (#"(a|b)\1"#, "abb", true),
            (#"(?<n>a)\k<n>"#, "aa", true),
            (#"a.?b"#, "a\nb", false), (#"^(?:a+?|(?>b+)c)$"#, "bbc", true), (#"^\p{Lu}\p{Ll}+$"#, "Pony", true),
            (#"\u0041\x41"#, "AA", true),
            // What is different, as the documentation of EventFilter lists it.
            (#"[a-z--[aeiou]]"#, "e", false), (#"[a-z--[aeiou]]"#, "p", true), (#"a$"#, "a\n", false),
            (#"^[\w&&[^b]]$"#, "b", false), (#"\Qa.b\E"#, "a.b", true), (#"a++b"#, "aab", true),
        ])
    func expressions(pattern: String, text: String, matches: Bool) throws {
        #expect(try EventMatcher(.types(matching: pattern)).matches(stream: "s", type: text) == matches)
    }

    @Test(
        "a regular expression that only servers would understand is refused",
        arguments: [
            #"(?<=a)b"#, #"(?<!a)b"#, #"(a)?(?(1)b|c)"#, #"(?<a-b>x)"#, #"[a-z-[aeiou]]"#, #"[[]"#,
            #"\p{IsBasicLatin}"#,
            #"\cA"#,
        ])
    func foreign(pattern: String) throws {
        let error = try #require(throws: PhotonPumpError.self) { try EventMatcher(.streams(matching: pattern)) }
        #expect(error.code == .invalidArgument)
        #expect(error.message.hasPrefix("the filter's '\(pattern)' is not a regular expression: "))
    }

    @Test("a regular expression that is nested deeply is refused before it takes all of the stack")
    func deep() throws {
        func nested(_ begin: String, _ end: String, _ depth: Int) -> EventFilter {
            .types(matching: String(repeating: begin, count: depth) + "a" + String(repeating: end, count: depth))
        }
        #expect(try EventMatcher(nested("[", "]", 8)).matches(stream: "s", type: "a"))
        #expect(try EventMatcher(nested("(", ")", 62)).matches(stream: "s", type: "a"))
        #expect(try EventMatcher(nested(#"[\]"#, "]", 8)).matches(stream: "s", type: "a"))
        for filter in [
            nested("[", "]", 9), nested("[", "]", 100_000), nested(#"[\Q]\E"#, "]", 100_000), nested("[", "", 100_000),
            nested(#"\\["#, "]", 100_000), nested("(", ")", 100_000),
        ] {
            #expect(throws: PhotonPumpError.self) { try EventMatcher(filter) }
        }
        // Side by side they are no problem.
        #expect(
            try EventMatcher(.types(matching: String(repeating: "[a]?", count: 1_000))).matches(stream: "", type: ""))
        #expect(try EventMatcher(.types(matching: #"\[\[\[\[\[\[\[\[\[\["#)).matches(stream: "", type: "[[[[[[[[[["))
    }

    @Test("a filter of events may be used by several tasks at once")
    func shared() async throws {
        let fits = try EventFilter.types(matching: "^a+b$").predicate()
        let event = ResolvedEvent(RecordedEvent(NewEvent(type: "aab", data: "{}", isJSON: true)))
        await withTaskGroup(of: Int.self) { group in
            for _ in 0..<4 { group.addTask { (0..<1_000).count { _ in fits(event) } } }
            for await count in group { #expect(count == 1_000) }
        }
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
            (.types(matching: "(unclosed"), "the filter's '(unclosed' is not a regular expression: expected ')'"),
            (.types(matching: ""), "the filter's '' is not a regular expression: it is empty"),
            (.types(prefixedBy: []), "the filter has no prefix, or an empty one"),
            (
                .streams(prefixedBy: "a").and(.not(.types(matching: "["))),
                "the filter's '[' is not a regular expression: expected custom character class members"
            ),
        ]
    )
    func invalid(filter: EventFilter, message: String) throws {
        let error = try #require(throws: PhotonPumpError.self) { try EventMatcher(filter) }
        #expect(error.code == .invalidArgument)
        #expect(error.message == message)
    }
}
