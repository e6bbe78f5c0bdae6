internal import FlyingFox
internal import FlyingSocks
internal import Foundation

/// The server's HTTP port: gossip, pings and persistent subscriptions. It is released with the last reference.
final class HTTPSide: Sendable {
    typealias GossipSource = @Sendable () async -> GossipDocument?

    let port: Int
    private let server: HTTPServer
    private let running: Task<Void, Never>

    private init(port: Int, server: HTTPServer, running: Task<Void, Never>) {
        self.port = port
        self.server = server
        self.running = running
    }

    deinit {
        self.running.cancel()
    }

    /// Returns when clients can connect.
    ///
    /// - Parameter admit: is awaited before each answer.
    static func start(
        host: String,
        port: Int,
        admit: @escaping @Sendable () async -> Void,
        gossip: @escaping GossipSource,
        groups: GroupPages
    ) async throws(EmbeddedServerError) -> HTTPSide {
        var routes = RoutedHTTPHandler()
        Self.addRoutes(to: &routes, gossip: gossip)
        groups.addRoutes(to: &routes)
        do {
            // A program that is just being started briefly holds what this process had open, even if it has been closed
            // since.
            var patience = 40
            while true {
                let server = try Self.makeServer(
                    host: host, port: UInt16(port), Admission(admit: admit, routes: routes))
                do {
                    return try await Self.run(server)
                } catch SocketError.failed(_, errno: EADDRINUSE, _) where patience > 0 {
                    patience -= 1
                    try await Task.sleep(for: .milliseconds(5))
                }
            }
        } catch {
            throw EmbeddedServerError(.cannotListen, "HTTP on \(host):\(port): \(error)")
        }
    }

    /// Answers requests once they are admitted.
    private struct Admission: HTTPHandler {
        let admit: @Sendable () async -> Void
        let routes: RoutedHTTPHandler

        func handleRequest(_ request: HTTPRequest) async throws -> HTTPResponse {
            await self.admit()
            return try await self.routes.handleRequest(request)
        }
    }

    private static func addRoutes(to routes: inout RoutedHTTPHandler, gossip: @escaping GossipSource) {
        routes.appendRoute("GET /gossip") { _ in
            guard let document = await gossip() else { return HTTPResponse(statusCode: .serviceUnavailable) }
            return try Self.json(document)
        }
        routes.appendRoute("GET /ping") { _ in
            try Self.json(["text": "Ping request successfully handled"])
        }
    }

    func stop() async {
        await self.server.stop()
        await self.running.value
    }

    private static func makeServer(host: String, port: UInt16, _ handler: some HTTPHandler) throws -> HTTPServer {
        let pool = DispatchSocketPool()
        return if host.contains(":") {
            HTTPServer(
                address: try .inet6(ip6: host, port: port), pool: pool, logger: .disabled, handler: handler)
        } else {
            HTTPServer(address: try .inet(ip4: host, port: port), pool: pool, logger: .disabled, handler: handler)
        }
    }

    /// Runs `server` until it is stopped. It either listens, or fails to run; whichever comes first is reported.
    private static func run(_ server: HTTPServer) async throws -> HTTPSide {
        let (outcome, report) = AsyncThrowingStream<Void, any Error>.makeStream()
        let running = Task {
            await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await server.run() }
                group.addTask {
                    try await server.waitUntilListening()
                    report.yield()
                }
                do {
                    while try await group.next() != nil {}
                } catch {
                    report.finish(throwing: error)
                    group.cancelAll()
                }
            }
        }
        for try await _ in outcome { break }
        switch await server.listeningAddress {
        case .ip4(_, let port), .ip6(_, let port):
            return HTTPSide(port: Int(port), server: server, running: running)
        case .unix, nil:
            // The wait was abandoned, because the caller's task was cancelled.
            running.cancel()
            await running.value
            throw CancellationError()
        }
    }

    static func json(_ value: some Encodable, _ status: HTTPStatusCode = .ok) throws -> HTTPResponse {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        return HTTPResponse(
            statusCode: status,
            headers: [.contentType: "application/json; charset=utf-8"],
            body: try encoder.encode(value)
        )
    }
}
