/// Stream names that have a meaning to the server.
public enum StreamName {
    /// The stream that holds a stream's metadata: `$$` followed by its name.
    public static func metadata(of stream: String) -> String { "$$" + stream }

    /// The stream of links to all events in a category's streams, which the server's `$by_category` projection writes:
    /// `$ce-` followed by the category.
    public static func category(_ category: String) -> String { "$ce-" + category }

    /// The stream of links to all events of a type, which the server's `$by_event_type` projection writes: `$et-`
    /// followed by the type.
    public static func eventType(_ type: String) -> String { "$et-" + type }

    /// The stream of links to the events that a persistent subscription has parked; see
    /// ``Client/parkedEvents(of:to:direction:from:limit:pageSize:options:)``.
    public static func parked(of group: String, to stream: String) -> String {
        "$persistentsubscription-\(stream)::\(group)-parked"
    }

    /// The category of a stream: the part of its name before the first `-`; nil if there is none.
    public static func category(of stream: String) -> String? {
        stream.firstIndex(of: "-").map { String(stream[..<$0]) }
    }

    /// Whether the stream is one of the server's own: its name begins with `$`.
    public static func isSystem(_ stream: String) -> Bool { stream.hasPrefix("$") }

    /// The stream that holds the server's settings.
    static let settings = "$settings"
}
