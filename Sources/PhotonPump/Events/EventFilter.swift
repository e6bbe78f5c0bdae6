/// Selects events of the log by their type or by the name of their stream.
///
/// Links are judged by their own type and stream, not by those of the events they point to, as on servers.
public struct EventFilter: Sendable, Hashable {
    enum Subject: Sendable, Hashable {
        case stream, type
    }

    enum Rule: Sendable, Hashable {
        case prefixes([String])
        case regex(String)
    }

    let subject: Subject
    let rule: Rule

    /// Events whose type begins with one of these prefixes.
    public static func types(prefixedBy prefixes: String...) -> EventFilter {
        EventFilter(subject: .type, rule: .prefixes(prefixes))
    }

    /// Events whose type contains a match of the regular expression; `^` and `$` anchor it. Servers use .NET's syntax,
    /// and the client (where it has to filter itself) ICU's: keep to what they have in common.
    public static func types(matching regex: String) -> EventFilter {
        EventFilter(subject: .type, rule: .regex(regex))
    }

    /// Events of streams whose names begin with one of these prefixes.
    public static func streams(prefixedBy prefixes: String...) -> EventFilter {
        EventFilter(subject: .stream, rule: .prefixes(prefixes))
    }

    /// Events of streams whose names contain a match of the regular expression, as in ``types(matching:)``.
    public static func streams(matching regex: String) -> EventFilter {
        EventFilter(subject: .stream, rule: .regex(regex))
    }

    /// Events that are not the server's own: those whose type does not begin with `$`.
    public static let excludingSystemEvents = types(matching: #"^[^\$].*"#)
}
