public import Logging

/// Connects a client, runs `body` with it, and closes the client however `body` ends.
///
/// The client is closed with ``Client/close()``, which waits for nothing. To let workers finish first, call
/// ``Client/close(drainingFor:)`` at the end of `body`.
///
/// - Parameters:
///   - connectionString: for example `tcp://admin:changeit@localhost:1113`.
///   - logger: see ``Client/init(_:credentials:selectNode:findNode:logger:metrics:tracer:)``.
///   - metrics: see ``Client/init(_:credentials:selectNode:findNode:logger:metrics:tracer:)``.
///   - tracer: see ``Client/init(_:credentials:selectNode:findNode:logger:metrics:tracer:)``.
///   - body: receives the connected client.
/// - Returns: what `body` returns.
/// - Throws: what ``Client/connect()`` or `body` throws.
@discardableResult
public func withClient<Output>(
    _ connectionString: String,
    logger: Logger = Logger(label: "PhotonPump"),
    metrics: Client.MetricsBackend? = nil,
    tracer: Client.TracingBackend? = nil,
    _ body: (Client) async throws -> Output
) async throws -> Output {
    try await withClient(Client.Configuration(connectionString), logger: logger, metrics: metrics, tracer: tracer, body)
}

/// Connects a client, runs `body` with it, and closes the client however `body` ends.
///
/// The client is closed with ``Client/close()``, which waits for nothing. To let workers finish first, call
/// ``Client/close(drainingFor:)`` at the end of `body`.
///
/// - Parameters:
///   - configuration: where to connect, as which user, and within which limits.
///   - logger: see ``Client/init(_:credentials:selectNode:findNode:logger:metrics:tracer:)``.
///   - metrics: see ``Client/init(_:credentials:selectNode:findNode:logger:metrics:tracer:)``.
///   - tracer: see ``Client/init(_:credentials:selectNode:findNode:logger:metrics:tracer:)``.
///   - body: receives the connected client.
/// - Returns: what `body` returns.
/// - Throws: what ``Client/connect()`` or `body` throws.
@discardableResult
public func withClient<Output>(
    _ configuration: Client.Configuration,
    logger: Logger = Logger(label: "PhotonPump"),
    metrics: Client.MetricsBackend? = nil,
    tracer: Client.TracingBackend? = nil,
    _ body: (Client) async throws -> Output
) async throws -> Output {
    let client = try Client(configuration, logger: logger, metrics: metrics, tracer: tracer)
    let result: Result<Output, any Error>
    do {
        try await client.connect()
        result = .success(try await body(client))
    } catch {
        result = .failure(error)
    }
    await client.close()
    return try result.get()
}
