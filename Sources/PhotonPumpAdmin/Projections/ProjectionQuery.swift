/// What a projection computes.
public struct ProjectionQuery: Sendable, Hashable {
    /// The language that a projection is written in.
    public enum Language: Sendable, Hashable {
        case javaScript
        /// A class of the server, by its full name, such as `EventStore.Projections.Core.Standard.CategorizeStreamByPath`.
        case native(String)
        /// Another one, by the server's name for it.
        case named(String)
    }

    /// The text, in whatever language it is; for native ones, their settings.
    public let text: String
    /// Whether it may write events.
    public let emits: Bool
    /// What the server has understood of it, such as which events it reads.
    public let definition: JSONValue
    /// Where its results are written.
    public let resultStream: String?
}

extension ProjectionQuery: Decodable {
    private enum CodingKeys: String, CodingKey {
        case query, emitEnabled, definition, outputConfig
    }

    private struct Output: Decodable {
        let resultStreamName: String?
    }

    /// From a server's answer.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.text = try values.decodeIfPresent(String.self, forKey: .query) ?? ""
        self.emits = try values.decodeIfPresent(Bool.self, forKey: .emitEnabled) ?? false
        self.definition = try values.decodeIfPresent(JSONValue.self, forKey: .definition) ?? .null
        self.resultStream = try values.decodeIfPresent(Output.self, forKey: .outputConfig)?.resultStreamName
    }
}

extension ProjectionQuery.Language: CustomStringConvertible {
    /// The server's name for it.
    public var description: String {
        switch self {
        case .javaScript: "JS"
        case .native(let type): "native:\(type)"
        case .named(let name): name
        }
    }

    /// The type of a text in this language.
    var contentType: String { self == .javaScript ? "application/json" : "text/plain;charset=utf-8" }
}
