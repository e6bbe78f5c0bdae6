internal import PhotonPumpWire

/// What a server can do of a filter: it takes prefixes or one regular expression, for either types or streams.
struct ServerFilter: Sendable {
    /// A longer expression is not composed: servers need not take any.
    private static let longestPattern = 4096

    let message: Filter
    /// Whether that is all; otherwise more events come than fit.
    let isComplete: Bool

    /// - Returns: nil if the server can do nothing of it.
    init?(_ rule: EventFilter.Rule) {
        if let subject = rule.subject, let message = Self.message(rule, about: subject) {
            self.message = message
            self.isComplete = true
        } else if case .all(let rules) = rule, let first = rules.lazy.compactMap(Self.init).first {
            self.message = first.message
            self.isComplete = false
        } else {
            return nil
        }
    }

    private static func message(_ rule: EventFilter.Rule, about subject: EventFilter.Subject) -> Filter? {
        let context: Filter.Context = subject == .stream ? .streamID : .eventType
        switch rule {
        case .prefixes(_, let prefixes): return Filter(context, .prefix, prefixes)
        case .regex(_, let pattern): return Filter(context, .regex, [pattern])
        case .not, .all, .any:
            let pattern = rule.pattern
            guard pattern.utf8.count <= self.longestPattern, rule.isComposable,
                (try? Pattern(pattern)) != nil
            else { return nil }
            return Filter(context, .regex, [pattern])
        }
    }
}

extension EventFilter.Rule {
    /// What the rule is about; nil if it is about both types and streams.
    fileprivate var subject: EventFilter.Subject? {
        switch self {
        case .prefixes(let subject, _), .regex(let subject, _): return subject
        case .not(let rule): return rule.subject
        case .all(let rules), .any(let rules):
            let subjects = Set(rules.map(\.subject))
            return subjects.count == 1 ? subjects.first ?? nil : nil
        }
    }

    /// Whether its expressions mean the same as parts of a larger one: numbers of groups would be others.
    fileprivate var isComposable: Bool {
        switch self {
        case .prefixes: true
        case .regex(_, let pattern): !pattern.contains(/\\[1-9k]/)
        case .not(let rule): rule.isComposable
        case .all(let rules), .any(let rules): rules.allSatisfy(\.isComposable)
        }
    }

    /// The rule as one regular expression.
    fileprivate var pattern: String {
        switch self {
        case .prefixes(_, let prefixes):
            "^(?:\(prefixes.map(Pattern.escaping).joined(separator: "|")))"
        case .regex(_, let pattern): pattern
        case .not(let rule): "^(?!\(Self.somewhere(rule)))"
        case .all(let rules): "^\(rules.map { "(?=\(Self.somewhere($0)))" }.joined())"
        case .any(let rules): rules.map { "(?:\($0.pattern))" }.joined(separator: "|")
        }
    }

    private static func somewhere(_ rule: Self) -> String { #"[\s\S]*?(?:\#(rule.pattern))"# }
}
