/// Which events of the log a reading is after, by the name of their stream or by their type.
///
/// Links are judged by themselves, not by the events they point to, as servers do it.
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

    /// Events whose type begins with one of these.
    public static func types(prefixedBy prefixes: String...) -> EventFilter {
        EventFilter(subject: .type, rule: .prefixes(prefixes))
    }

    /// Events in whose type the regular expression is found; `^` and `$` tie it to the ends. Servers take it as .NET
    /// does, the client (where it has to filter) as ICU does: keep to what both know.
    public static func types(matching regex: String) -> EventFilter {
        EventFilter(subject: .type, rule: .regex(regex))
    }

    /// Events of streams whose names begin with one of these.
    public static func streams(prefixedBy prefixes: String...) -> EventFilter {
        EventFilter(subject: .stream, rule: .prefixes(prefixes))
    }

    /// Events of streams in whose names the regular expression is found, as in ``types(matching:)``.
    public static func streams(matching regex: String) -> EventFilter {
        EventFilter(subject: .stream, rule: .regex(regex))
    }

    /// Events that are not the server's own: those whose type does not begin with `$`.
    public static let excludingSystemEvents = types(matching: #"^[^\$].*"#)
}
