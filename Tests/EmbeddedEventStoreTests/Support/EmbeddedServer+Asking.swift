import EmbeddedEventStore
import Foundation
import ScriptedPeers
import Testing

/// What a server says to one request over HTTP.
struct PlainAnswer {
    let status: Int
    /// By lowercase names.
    let headers: [String: String]
    let body: Data

    /// What a connection brought until its end.
    init(_ bytes: [UInt8]) throws {
        let end = try #require(Data(bytes).firstRange(of: Data("\r\n\r\n".utf8)), "no answer")
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        self.status = try #require(lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) })
        let headers = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            return (parts[0].lowercased(), parts.dropFirst().joined().trimmingCharacters(in: .whitespaces))
        }
        self.headers = Dictionary(headers) { _, last in last }
        self.body = Data(bytes[end.upperBound...])
    }

    var text: String { String(decoding: self.body, as: UTF8.self) }
    /// The members of a document.
    var members: [String: Any] {
        get throws { try #require(JSONSerialization.jsonObject(with: self.body) as? [String: Any], "\(self.text)") }
    }
}

extension EmbeddedServer {
    /// Asks over HTTP.
    ///
    /// - Parameters:
    ///   - login: name and password with a colon between them; nil for nobody.
    ///   - host: how the client calls the server.
    func ask(
        _ method: String, _ path: String, as login: String? = nil, _ body: String? = nil,
        host: String = "127.0.0.1:2113"
    ) async throws -> PlainAnswer {
        let port = try #require(self.httpPort)
        var lines = ["\(method) \(path) HTTP/1.1", "Host: \(host)"]
        if let login { lines.append("Authorization: Basic \(Data(login.utf8).base64EncodedString())") }
        if let body { lines += ["Content-Type: application/json", "Content-Length: \(body.utf8.count)"] }
        let peer = try await ScriptedPeer.connect(host: "127.0.0.1", port: port, .unframed)
        try await peer.send(Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")).utf8))
        var bytes: [UInt8] = []
        while let more = try await peer.nextBytes() { bytes += more }
        await peer.close()
        return try PlainAnswer(bytes)
    }
}

/// Starts a server with an HTTP port for the length of a scope.
func withHTTPServer(
    tick: Duration = .seconds(1), projections: Bool = false, _ body: (EmbeddedServer) async throws -> Void
) async throws {
    var configuration = EmbeddedServer.Configuration.patient
    configuration.httpPort = 0
    configuration.persistentSubscriptionTick = tick
    configuration.runsSystemProjections = projections
    try await withEmbeddedServer(configuration, logger: .silent, body)
}
