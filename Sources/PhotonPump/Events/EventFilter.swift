/// Selects events of the log by their type or by the name of their stream.
///
/// ```swift
/// let filter = EventFilter.excludingSystemEvents.and(
///     .not(.streams(prefixedBy: "test-", "draft-")))
/// ```
/// Links are judged by their own type and stream, not by those of the events they point to, as on servers.
///
/// Servers of version 20 and later filter themselves where a filter is about types alone or about streams alone. Of
/// ``and(_:)`` with both they do what the first of them says, and the client the rest; of ``or(_:)`` with both they can do
/// nothing, and the client reads everything, as from older servers.
public struct EventFilter: Sendable, Hashable {
    enum Subject: Sendable, Hashable {
        case stream, type
    }

    indirect enum Rule: Sendable, Hashable {
        case prefixes(Subject, [String])
        case regex(Subject, String)
        case not(Rule)
        case all([Rule])
        case any([Rule])
    }

    let rule: Rule

    /// Events whose type begins with one of these prefixes.
    public static func types(prefixedBy prefixes: [String]) -> EventFilter {
        EventFilter(rule: .prefixes(.type, prefixes))
    }

    /// Events whose type begins with one of these prefixes.
    public static func types(prefixedBy prefixes: String...) -> EventFilter { self.types(prefixedBy: prefixes) }

    /// Events whose type contains a match of the regular expression; `^` and `$` anchor it.
    ///
    /// Servers of version 20 and later read it as .NET does. The client, which has to filter itself for older ones, reads it
    /// as Swift's `Regex` does, scalar by scalar, and refuses what that does not know. Nearly all that is written every day
    /// means the same in both; what does not is:
    ///
    /// | | .NET | the client |
    /// | --- | --- | --- |
    /// | lookbehind `(?<=…)`, `(?<!…)` | yes | refused; ``not(_:)`` and ``and(_:)`` often do the same |
    /// | conditions `(?(1)…)`, balancing groups `(?<a-b>…)` | yes | refused |
    /// | classes without some characters | `[a-z-[aeiou]]` | `[a-z--[aeiou]]`; the other form is refused |
    /// | `[` in a class | the character | begins a class in it; write `\[` |
    /// | `&&`, `--` and `~~` in a class | the characters | combine classes |
    /// | properties | `\p{L}`, `\p{IsGreek}`: blocks | `\p{L}`, `\p{Greek}`: scripts; blocks are refused |
    /// | `\cA` | control characters | refused; write `\x01` |
    /// | `\Q…\E`, `a++`, `\h`, `\R`, `\X` | other meanings, or none | as in Perl |
    /// | `$` | at the end, and before a line feed there | at the end |
    /// | `.` | all but a line feed | all but what Unicode calls the end of a line |
    /// | characters beyond U+FFFF | two for `.` and in classes | one |
    ///
    /// Expressions may have groups up to 62 deep and classes up to 8. One that can match in very many ways, such as
    /// `(a+)+$`, can take very long, so do not take expressions from strangers.
    public static func types(matching regex: String) -> EventFilter { EventFilter(rule: .regex(.type, regex)) }

    /// Events of streams whose names begin with one of these prefixes.
    public static func streams(prefixedBy prefixes: [String]) -> EventFilter {
        EventFilter(rule: .prefixes(.stream, prefixes))
    }

    /// Events of streams whose names begin with one of these prefixes.
    public static func streams(prefixedBy prefixes: String...) -> EventFilter { self.streams(prefixedBy: prefixes) }

    /// Events of streams whose names contain a match of the regular expression; which, ``types(matching:)`` says.
    public static func streams(matching regex: String) -> EventFilter { EventFilter(rule: .regex(.stream, regex)) }

    static let beginsWithoutDollar = #"^(?!\$)"#

    /// Events that are not the server's own: those whose type does not begin with `$`.
    public static let excludingSystemEvents = types(matching: beginsWithoutDollar)

    /// Events that do not record how persistent subscriptions are set up: those whose type is not `PersistentConfig` and
    /// a number. They are the server's own, too, but ``excludingSystemEvents`` does not exclude them; combine both with
    /// ``and(_:)``.
    public static let excludingPersistentConfiguration = not(types(matching: "^PersistentConfig[0-9]+$"))

    /// Events that the filter does not select.
    public static func not(_ filter: EventFilter) -> EventFilter { EventFilter(rule: .not(filter.rule)) }

    /// Events that both filters select.
    public func and(_ other: EventFilter) -> EventFilter {
        // In one list, so that many of them are not nested deeply.
        if case .all(let rules) = self.rule { return EventFilter(rule: .all(rules + [other.rule])) }
        return EventFilter(rule: .all([self.rule, other.rule]))
    }

    /// Events that at least one of the filters selects.
    public func or(_ other: EventFilter) -> EventFilter {
        if case .any(let rules) = self.rule { return EventFilter(rule: .any(rules + [other.rule])) }
        return EventFilter(rule: .any([self.rule, other.rule]))
    }
}
