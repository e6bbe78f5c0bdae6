internal import PhotonPumpWire

/// An ``EventFilter`` to apply: what the server can do of it, and all of it in the client.
struct EventMatcher: Sendable {
    private indirect enum Rule: Sendable {
        case prefixes(EventFilter.Subject, [String])
        case regex(EventFilter.Subject, Pattern)
        case not(Rule)
        case all([Rule])
        case any([Rule])
    }

    /// nil if the server can do nothing.
    let server: ServerFilter?
    private let rule: Rule

    /// Whether servers that support filters are to be asked for less than everything.
    var isServersWork: Bool { self.server != nil }

    /// - Throws: ``PhotonPumpError/Code/invalidArgument`` if the filter is invalid.
    init(_ filter: EventFilter) throws(PhotonPumpError) {
        self.rule = try Self.checked(filter.rule)
        self.server = ServerFilter(filter.rule)
    }

    private static func checked(_ rule: EventFilter.Rule) throws(PhotonPumpError) -> Rule {
        switch rule {
        case .prefixes(let subject, let prefixes):
            guard !prefixes.isEmpty, prefixes.allSatisfy({ !$0.isEmpty }) else {
                throw PhotonPumpError(.invalidArgument, "the filter has no prefix, or an empty one", stream: "$all")
            }
            return .prefixes(subject, prefixes)
        // Nearly everyone who reads all streams uses it, and a search costs more than reading the event.
        case .regex(let subject, EventFilter.beginsWithoutDollar): return .not(.prefixes(subject, ["$"]))
        case .regex(let subject, let pattern):
            do {
                return .regex(subject, try Pattern(pattern))
            } catch {
                throw PhotonPumpError(
                    .invalidArgument, "the filter's '\(pattern)' is not a regular expression: \(error.description)",
                    stream: "$all")
            }
        case .not(let rule): return .not(try self.checked(rule))
        case .all(let rules): return .all(try rules.map(self.checked))
        case .any(let rules): return .any(try rules.map(self.checked))
        }
    }

    func matches(_ record: PositionedRecord) -> Bool {
        // As it is in the log: the link, if there is one.
        guard let received = record.record.link ?? record.record.event else { return false }
        return self.matches(stream: received.stream.text, type: received.type.text)
    }

    func matches(stream: String, type: String) -> Bool {
        func fits(_ rule: Rule) -> Bool {
            switch rule {
            case .prefixes(let subject, let prefixes):
                let text = subject == .stream ? stream : type
                return prefixes.contains { text.utf8.starts(with: $0.utf8) }
            case .regex(let subject, let pattern):
                let text = subject == .stream ? stream : type
                return pattern.isFound(in: text)
            case .not(let rule): return !fits(rule)
            case .all(let rules): return rules.allSatisfy(fits)
            case .any(let rules): return rules.contains(where: fits)
            }
        }
        return fits(self.rule)
    }
}

extension EventFilter {
    /// A predicate for events that have been read already. It judges links themselves, not the events they point to.
    ///
    /// - Throws: ``PhotonPumpError/Code/invalidArgument`` if the filter is invalid.
    public func predicate() throws -> @Sendable (ResolvedEvent) -> Bool {
        let matcher = try EventMatcher(self)
        return { matcher.matches(stream: $0.received.stream, type: $0.received.type) }
    }
}
