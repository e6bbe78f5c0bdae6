/// Names that the server gives a meaning to.
public enum StreamName {
    /// The stream that holds a stream's metadata: `$$` and its name.
    public static func metadata(of stream: String) -> String { "$$" + stream }

    /// The stream of links to all events of the streams of a category, which the server's `$by_category` projection
    /// writes: `$ce-` and the category.
    public static func category(_ category: String) -> String { "$ce-" + category }

    /// The stream of links to all events of a type, which the server's `$by_event_type` projection writes: `$et-` and
    /// the type.
    public static func eventType(_ type: String) -> String { "$et-" + type }

    /// The category a stream belongs to: what is in front of the first `-` of its name; nil if there is none.
    public static func category(of stream: String) -> String? {
        stream.firstIndex(of: "-").map { String(stream[..<$0]) }
    }

    /// Whether it is one of the server's own: its name begins with `$`.
    public static func isSystem(_ stream: String) -> Bool { stream.hasPrefix("$") }

    /// The stream of the server's settings.
    static let settings = "$settings"
}
