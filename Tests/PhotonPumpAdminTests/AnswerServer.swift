import Foundation
import Logging
import PhotonPump
import PhotonPumpAdmin
import ScriptedPeers
import Synchronization

extension Logger {
    static let silent = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }
}

/// An HTTP server with answers that a test has made up or recorded, one request on each connection.
enum AnswerServer {
    struct Request: Sendable {
        let method: String
        let path: String
        /// Decoded.
        let query: [String: String]
        /// By names in lower case.
        let headers: [String: String]
        let body: String

        /// Of Basic authentication; nil for an anonymous request.
        var user: String? {
            let basic = self.headers["authorization"].flatMap { Data(base64Encoded: String($0.dropFirst(6))) }
            return basic.map { String(String(decoding: $0, as: UTF8.self).prefix { $0 != ":" }) }
        }
    }

    struct Answer: Sendable {
        var status = 200
        var headers: [String: String] = [:]
        var body = ""
    }

    /// The answer to a request, by how many there were before it; nil to close the connection.
    typealias Answers = @Sendable (_ request: Request, _ count: Int) -> Answer?

    /// Runs `body` with the port of a server.
    ///
    /// - Returns: what `body` returns, and all requests.
    static func run<Output>(
        _ answers: @escaping Answers, _ body: (_ port: Int) async throws -> Output
    ) async throws -> (Output, [Request]) {
        let (server, heard) = (ScriptedServer(), Heard())
        let port = try await server.start(.unframed)
        let serving = Task {
            await withDiscardingTaskGroup { group in
                while let peer = try? await server.nextConnection() {
                    group.addTask {
                        // Clients may leave whenever they like.
                        if let request = try? await Self.request(peer) {
                            let answer = answers(request, heard.add(request))
                            if let answer { try? await peer.send(Array(Self.bytes(answer).utf8)) }
                        }
                        await peer.close()
                    }
                }
            }
        }
        let result: Result<Output, any Error>
        do { result = .success(try await body(port)) } catch { result = .failure(error) }
        serving.cancel()
        await server.stop()
        return (try result.get(), heard.all)
    }

    private final class Heard: Sendable {
        private let requests = Mutex<[Request]>([])
        var all: [Request] { self.requests.withLock { $0 } }

        /// - Returns: how many there were before.
        func add(_ request: Request) -> Int {
            self.requests.withLock { requests in
                requests.append(request)
                return requests.count - 1
            }
        }
    }

    private static func bytes(_ answer: Answer) -> String {
        let own = ["content-length", "connection", "keep-alive", "transfer-encoding"]
        let headers = answer.headers.filter { !own.contains($0.key.lowercased()) }.map { "\($0.key): \($0.value)" }
        let lines = ["HTTP/1.1 \(answer.status) Status", "Content-Length: \(answer.body.utf8.count)"] + headers
        return (lines + ["", answer.body]).joined(separator: "\r\n")
    }

    /// Nil if it is none.
    private static func request(_ peer: ScriptedPeer) async throws -> Request? {
        var bytes: [UInt8] = []
        while true {
            guard let more = try await peer.nextBytes() else { return nil }
            bytes += more
            guard let end = Data(bytes).range(of: Data("\r\n\r\n".utf8)) else { continue }
            let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
            let headers = lines.dropFirst().compactMap { line -> (String, String)? in
                guard let colon = line.firstIndex(of: ":") else { return nil }
                return (line[..<colon].lowercased(), String(line[line.index(after: colon)...].drop { $0 == " " }))
            }
            let named = Dictionary(headers) { $1 }
            let body = bytes[end.upperBound...]
            guard body.count >= named["content-length"].flatMap({ Int($0) }) ?? 0 else { continue }
            let words = lines[0].split(separator: " ").map(String.init)
            let target = URLComponents(string: words[1])
            let query = (target?.queryItems ?? []).map { ($0.name, $0.value ?? "") }
            return Request(
                method: words[0], path: target?.path ?? "", query: Dictionary(query) { $1 }, headers: named,
                body: String(decoding: body, as: UTF8.self))
        }
    }
}

extension Admin {
    /// Administers a server on this machine.
    ///
    /// - Parameter user: nil to stay anonymous.
    static func tested(httpPort: Int, as user: String? = "admin", password: String = "changeit") throws -> Admin {
        var configuration = Client.Configuration(endpoint: Endpoint(host: "127.0.0.1", port: 1))
        configuration.credentials = user.map { Credentials(username: $0, password: password) }
        return try Admin(configuration, httpPort: httpPort, logger: .silent)
    }

    /// Runs `body` against a server with these answers.
    static func run<Output>(
        _ answers: @escaping AnswerServer.Answers, _ body: (Admin) async throws -> Output
    ) async throws -> (Output, [AnswerServer.Request]) {
        try await AnswerServer.run(answers) { try await body(try Admin.tested(httpPort: $0)) }
    }
}

/// The error that a call must end with.
func failure<Value>(_ call: () async throws -> Value) async throws -> PhotonPumpError {
    do {
        _ = try await call()
    } catch let error as PhotonPumpError {
        return error
    }
    throw Unexpected()
}

struct Unexpected: Error {}
