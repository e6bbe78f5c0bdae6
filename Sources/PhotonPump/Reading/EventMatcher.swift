internal import Foundation
internal import PhotonPumpWire

/// Applies an ``EventFilter`` in the client, for servers that do not support filters.
struct EventMatcher: Sendable {
    private enum Rule: Sendable {
        case prefixes([String])
        case regex(NSRegularExpression)
    }

    let filter: EventFilter
    private let rule: Rule

    /// - Throws: ``PhotonPumpError/Code/invalidArgument`` if the filter is invalid.
    init(_ filter: EventFilter) throws(PhotonPumpError) {
        self.filter = filter
        switch filter.rule {
        case .prefixes(let prefixes):
            guard !prefixes.isEmpty, prefixes.allSatisfy({ !$0.isEmpty }) else {
                throw PhotonPumpError(.invalidArgument, "the filter has no prefix, or an empty one", stream: "$all")
            }
            self.rule = .prefixes(prefixes)
        case .regex(let pattern):
            do {
                guard !pattern.isEmpty else { throw CocoaError(.formatting) }
                self.rule = .regex(try NSRegularExpression(pattern: pattern))
            } catch {
                throw PhotonPumpError(
                    .invalidArgument, "the filter's '\(pattern)' is not a regular expression", stream: "$all")
            }
        }
    }

    func matches(_ record: PositionedRecord) -> Bool {
        // As it is in the log: the link, if there is one.
        guard let received = record.record.link ?? record.record.event else { return false }
        return self.matches(stream: received.stream.text, type: received.type.text)
    }

    func matches(stream: String, type: String) -> Bool {
        let text = self.filter.subject == .stream ? stream : type
        switch self.rule {
        case .prefixes(let prefixes):
            return prefixes.contains { text.utf8.starts(with: $0.utf8) }
        case .regex(let regex):
            return regex.firstMatch(in: text, range: NSRange(text.startIndex..., in: text)) != nil
        }
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

    /// The filter as it is sent over the wire.
    var message: Filter {
        let context: Filter.Context = self.subject == .stream ? .streamID : .eventType
        return switch self.rule {
        case .prefixes(let prefixes): Filter(context, .prefix, prefixes)
        case .regex(let pattern): Filter(context, .regex, [pattern])
        }
    }
}
