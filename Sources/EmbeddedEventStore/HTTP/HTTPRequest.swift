internal import Foundation
internal import NIOHTTP1
internal import PhotonPumpTransport
internal import PhotonPumpWire

/// A request with its whole body.
struct HTTPRequest: Sendable {
    let method: HTTPMethod
    /// The parts of the path, decoded; nil if they cannot be. Real servers decode a path before they look what it names, so
    /// that they find nothing where a part contains one of four characters.
    let path: [String]?
    let headers: HTTPHeaders
    let body: [UInt8]
    /// The parts of the path that stand for something, by the names that a ``Route`` gives them.
    var variables: [String: String] = [:]
    /// Who asks.
    var identity = Identity.anonymous
    private let query: [String: String]

    /// A request in memory.
    init(_ request: MemoryHTTP.Request) {
        let headers = request.headers.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        let head = HTTPRequestHead(
            version: .http1_1, method: HTTPMethod(rawValue: request.method), uri: request.path,
            headers: HTTPHeaders(headers))
        self.init(head, body: request.body)
    }

    init(_ head: HTTPRequestHead, body: [UInt8]) {
        let parts = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        self.method = head.method
        self.headers = head.headers
        self.body = body
        self.path = Self.path(parts.first ?? "")
        self.query = Self.query(parts.dropFirst().first ?? "")
    }

    /// The part of the path of this name; empty if the route has none.
    subscript(name: String) -> String { self.variables[name] ?? "" }

    /// A value of the query; the last one of that name. Names are compared without regard to case, as real servers do.
    func query(_ name: String) -> String? { self.query[name.lowercased()] }

    /// The address that the request was sent to, for addresses in answers.
    var base: String { "http://\(self.headers.first(name: "Host") ?? "localhost")" }

    private static func path(_ text: Substring) -> [String]? {
        var parts = text.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        if parts.count > 1, parts.last == "" { parts.removeLast() }
        let decoded = parts.map { part in try? PercentEncoding.decode(String(part)) }
        let path = decoded.compactMap { part in part.flatMap { $0.contains { "/?#\\".contains($0) } ? nil : $0 } }
        return path.count == parts.count ? path : nil
    }

    private static func query(_ text: Substring) -> [String: String] {
        var query: [String: String] = [:]
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1).map { String($0.replacing("+", with: " ")) }
            guard let name = parts.first.flatMap({ try? PercentEncoding.decode($0) }) else { continue }
            query[name.lowercased()] = parts.count > 1 ? try? PercentEncoding.decode(parts[1]) : ""
        }
        return query
    }
}

// MARK: - Who asks

extension HTTPRequest {
    enum Credentials {
        case none
        case login(Login)
        /// There is something that is no login.
        case unreadable
    }

    var credentials: Credentials {
        guard let header = self.headers.first(name: "Authorization") else { return .none }
        return Login(basic: header).map { .login($0) } ?? .unreadable
    }
}

extension Login {
    /// From an `Authorization` header; nil if it cannot be read.
    fileprivate init?(basic header: String) {
        guard header.lowercased().hasPrefix("basic "),
            let data = Data(base64Encoded: header.dropFirst("basic ".count).trimmingCharacters(in: .whitespaces))
        else { return nil }
        let parts = String(decoding: data, as: UTF8.self).split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2, let login = try? Login(name: parts[0], password: parts[1]) else { return nil }
        self = login
    }
}

// MARK: - What is sent

extension HTTPRequest {
    /// A body that does not say what it should.
    struct MalformedBody: Error, CustomStringConvertible {
        let description: String
    }

    /// The document in the body; an empty body is one without members.
    func document<Document: Decodable>(_ type: Document.Type = Document.self) throws(MalformedBody) -> Document {
        do {
            return try JSONDecoder().decode(type, from: self.body.isEmpty ? Data("{}".utf8) : Data(self.body))
        } catch let error as DecodingError {
            throw MalformedBody(description: error.summary)
        } catch {
            throw MalformedBody(description: "The body is not JSON.")
        }
    }
}

extension DecodingError {
    /// What is wrong with which member, without its value, which may be a password.
    fileprivate var summary: String {
        switch self {
        case .keyNotFound(let key, _): "The body has no '\(key.stringValue)'."
        case .typeMismatch(_, let context), .valueNotFound(_, let context): Self.wrongValue(context)
        case .dataCorrupted(let context) where !context.codingPath.isEmpty: Self.wrongValue(context)
        case .dataCorrupted: "The body is not JSON, or has a number that is too large."
        @unknown default: "The body is not what it should be."
        }
    }

    private static func wrongValue(_ context: Context) -> String {
        let path = context.codingPath.map(\.stringValue).joined(separator: ".")
        return "\(path.isEmpty ? "The body" : "The value of '\(path)'") is not what it should be."
    }
}
