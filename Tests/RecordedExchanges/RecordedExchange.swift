internal import Foundation

/// A request over HTTP and the answer of a real server, as they were recorded. `Tests/RecordedExchanges/Vectors` has one a
/// line, in the order in which they were made, for each version of the server.
package struct RecordedExchange: Sendable, Decodable {
    package struct Request: Sendable, Decodable {
        package let method: String
        /// With the query.
        package let path: String
        /// Of Basic authentication; nil for an anonymous request.
        package let user: String?
        package let headers: [String: String]
        package let body: String?
    }

    package struct Response: Sendable, Decodable {
        package let status: Int
        package let headers: [String: String]
        package let body: String
    }

    /// What was done; a label for people, that occurs once in a recording.
    package let name: String
    package let request: Request
    package let response: Response
}

extension RecordedExchange {
    /// The servers that were recorded.
    package static let versions = ["4.1.4", "5.0.11"]

    /// All exchanges with a server of this version, in order.
    package static func all(with version: String) throws -> [RecordedExchange] {
        let file = Bundle.module.bundleURL.appendingPathComponent("Vectors/\(version).jsonl")
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map {
            try JSONDecoder().decode(RecordedExchange.self, from: Data($0.utf8))
        }
    }

    /// The exchange with this name.
    package static func named(_ name: String, of version: String) throws -> RecordedExchange {
        guard let exchange = try self.all(with: version).first(where: { $0.name == name }) else {
            throw CocoaError(.fileReadNoSuchFile, userInfo: [NSDebugDescriptionErrorKey: "\(version): \(name)"])
        }
        return exchange
    }
}

extension RecordedExchange: CustomStringConvertible {
    package var description: String { self.name }
}
