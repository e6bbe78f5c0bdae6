public import Logging

/// Starts a server, runs `body` with it, and stops it however `body` ends.
///
/// - Throws: what ``EmbeddedServer/start(startup:)`` or `body` throws.
@discardableResult
public func withEmbeddedServer<R>(
    _ configuration: EmbeddedServer.Configuration = .init(),
    logger: Logger = Logger(label: "embedded-eventstore"),
    _ body: (EmbeddedServer) async throws -> R
) async throws -> R {
    let server = EmbeddedServer(configuration, logger: logger)
    try await server.start()
    do {
        let result = try await body(server)
        await server.stop()
        return result
    } catch {
        await server.stop()
        throw error
    }
}
