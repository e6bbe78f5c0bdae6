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

    /// Events whose type contains a match of the regular expression; `^` and `$` anchor it. Servers use .NET's syntax,
    /// and the client (where it has to filter itself) ICU's: keep to what they have in common.
    public static func types(matching regex: String) -> EventFilter { EventFilter(rule: .regex(.type, regex)) }

    /// Events of streams whose names begin with one of these prefixes.
    public static func streams(prefixedBy prefixes: [String]) -> EventFilter {
        EventFilter(rule: .prefixes(.stream, prefixes))
    }

    /// Events of streams whose names begin with one of these prefixes.
    public static func streams(prefixedBy prefixes: String...) -> EventFilter { self.streams(prefixedBy: prefixes) }

    /// Events of streams whose names contain a match of the regular expression, as in ``types(matching:)``.
    public static func streams(matching regex: String) -> EventFilter { EventFilter(rule: .regex(.stream, regex)) }

    /// Events that are not the server's own: those whose type does not begin with `$`.
    public static let excludingSystemEvents = types(matching: #"^(?!\$)"#)

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
