/// An HTTP server that answers as a test tells it to, one request on each connection.
package enum PageServer {
    package struct Request: Sendable {
        package let method: String
        /// With the query.
        package let target: String
        /// By names in lower case.
        package let headers: [String: String]
    }

    /// Answers a request; the connection ends when it returns.
    package typealias Page = @Sendable (Request, ScriptedPeer) async throws -> Void

    /// Runs `body` with the port of a server that has these pages, by their paths.
    package static func run(_ pages: [String: Page], _ body: (_ port: Int) async throws -> Void) async throws {
        let server = ScriptedServer()
        let port = try await server.start(.unframed)
        let serving = Task {
            await withDiscardingTaskGroup { group in
                while let peer = try? await server.nextConnection() {
                    group.addTask {
                        // Clients may leave whenever they like.
                        try? await Self.serve(pages, peer)
                        await peer.close()
                    }
                }
            }
        }
        let result: Result<Void, any Error>
        do { result = .success(try await body(port)) } catch { result = .failure(error) }
        serving.cancel()
        await server.stop()
        try result.get()
    }

    private static func serve(_ pages: [String: Page], _ peer: ScriptedPeer) async throws {
        guard let request = try await Self.request(peer) else { return }
        let path = String(request.target.prefix { $0 != "?" })
        guard let page = pages[path] else { return try await peer.answer(status: "404 Not Found") }
        try await page(request, peer)
    }

    /// Nil if it is none.
    private static func request(_ peer: ScriptedPeer) async throws -> Request? {
        var text = ""
        while !text.hasSuffix("\r\n\r\n") {
            guard let bytes = try await peer.nextBytes() else { return nil }
            text += String(decoding: bytes, as: UTF8.self)
            guard text.hasPrefix("GET ") || text.hasPrefix("POST ") else { return nil }
        }
        let lines = text.split(separator: "\r\n")
        let words = lines[0].split(separator: " ").map(String.init)
        let headers = lines.dropFirst().compactMap { line -> (String, String)? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            return (line[..<colon].lowercased(), String(line[line.index(after: colon)...].drop { $0 == " " }))
        }
        return Request(
            method: words[0], target: words[1], headers: Dictionary(headers, uniquingKeysWith: { $1 }))
    }
}

extension ScriptedPeer {
    /// Sends an answer with these headers and this body.
    package func answer(status: String = "200 OK", headers: [String] = [], _ body: String = "") async throws {
        let lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)"] + headers + ["", body]
        try await self.send(Array(lines.joined(separator: "\r\n").utf8))
    }
}
