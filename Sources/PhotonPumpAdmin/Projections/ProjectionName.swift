/// The name of a projection. Every text is one; those of the projections that servers have from the start are constants.
public struct ProjectionName: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The name.
    public let description: String

    /// The name with this text.
    public init(_ name: String) {
        self.description = name
    }

    /// The name with this text.
    public init(stringLiteral name: String) {
        self.init(name)
    }

    /// `$streams`: links the first event of each stream into `$streams`.
    public static let streams = ProjectionName("$streams")
    /// `$stream_by_category`: links the first event of each stream into `$category-…`.
    public static let streamByCategory = ProjectionName("$stream_by_category")
    /// `$by_category`: links all events of a category's streams into `$ce-…`.
    public static let byCategory = ProjectionName("$by_category")
    /// `$by_event_type`: links all events of a type into `$et-…`.
    public static let byEventType = ProjectionName("$by_event_type")
    /// `$by_correlation_id`: links all events of a correlation id into `$bc-…`. Servers have it from 5.0 on.
    public static let byCorrelationID = ProjectionName("$by_correlation_id")

    /// Those that servers have from the start, and do not delete.
    public static let standard: [ProjectionName] = [
        .streams, .streamByCategory, .byCategory, .byEventType, .byCorrelationID,
    ]
}
