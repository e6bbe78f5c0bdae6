internal import PhotonPumpWire

/// What a projection does with an event: one of those that servers have built in, which write links.
enum ProjectionKind: Hashable {
    /// From `$ce-CATEGORY` to each event of the category's streams.
    case eventsByCategory(CategoryRule)
    /// From `$category-CATEGORY` to each of the category's streams.
    case streamsByCategory(CategoryRule)
    /// From `$et-TYPE` to each event of the type.
    case eventsByType
    /// From `$streams` to the first event of each stream.
    case streams
    /// In JavaScript, which nobody runs here.
    case script

    /// A type or a query that means nothing.
    struct Mistake: Error {
        let reason: String
    }

    private static let native = "native:EventStore.Projections.Core.Standard."

    /// - Parameters:
    ///   - type: `JS`, or `native:` and the name of a class of the server.
    ///   - query: for categories, `first` or `last`, and in the next line the separator.
    init(type: String, query: String) throws(Mistake) {
        // A class may be followed by the file that it is in.
        let name = type.prefix { $0 != "," }
        switch name {
        case _ where name.uppercased() == "JS": self = .script
        case Self.native + "CategorizeEventsByStreamPath": self = .eventsByCategory(try CategoryRule(query))
        case Self.native + "CategorizeStreamByPath": self = .streamsByCategory(try CategoryRule(query))
        case Self.native + "IndexEventsByEventType": self = .eventsByType
        case Self.native + "IndexStreams": self = .streams
        default: throw Mistake(reason: "There is no projection of the type '\(type)'.")
        }
    }

    static func nativeType(_ name: String) -> String { Self.native + name }

    /// An event that is written because of another.
    struct Emission {
        let stream: StreamName
        let type: String
        let data: Bytes
    }

    /// What it writes because of an event; nil for nothing.
    func emission(for event: EventRecord, of stream: StreamName) -> Emission? {
        switch self {
        case .eventsByCategory(let rule):
            return rule.category(of: stream).map { Self.link(from: "$ce-\($0)", to: event, of: stream) }
        case .streamsByCategory(let rule):
            guard event.number == 0, let category = rule.category(of: stream) else { return nil }
            return Emission(stream: StreamName("$category-\(category)"), type: "$@", data: stream.bytes)
        case .eventsByType:
            // A link has no type of its own.
            return event.isLink ? nil : Self.link(from: "$et-\(event.type.text)", to: event, of: stream)
        case .streams:
            return event.number == 0 ? Self.link(from: StreamName.streams.description, to: event, of: stream) : nil
        case .script:
            return nil
        }
    }

    private static func link(from source: String, to event: EventRecord, of stream: StreamName) -> Emission {
        Emission(
            stream: StreamName(source), type: LinkTarget.eventType.text, data: LinkTarget.data(event.number, stream))
    }
}

/// How the category of a stream is found in its name.
struct CategoryRule: Hashable {
    let isLast: Bool
    let separator: Character

    /// - Parameter query: `first` or `last`, and in the next line the separator.
    init(_ query: String) throws(ProjectionKind.Mistake) {
        let lines = query.split(whereSeparator: \.isNewline)
        guard lines.count == 2, ["first", "last"].contains(lines[0]), lines[1].count == 1,
            let separator = lines[1].first
        else {
            throw ProjectionKind.Mistake(
                reason: "The query is not 'first' or 'last' and, in the next line, a separator.")
        }
        self.isLast = lines[0] == "last"
        self.separator = separator
    }

    /// Nil for a stream without the separator.
    func category(of stream: StreamName) -> String? {
        let name = stream.description
        let place = self.isLast ? name.lastIndex(of: self.separator) : name.firstIndex(of: self.separator)
        return place.map { String(name[..<$0]) }
    }
}
