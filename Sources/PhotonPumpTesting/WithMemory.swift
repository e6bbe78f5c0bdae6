public import EmbeddedEventStore
public import Logging
public import PhotonPump

/// Runs `body` with a server in memory and a client that is connected to it, and ends both however `body` ends.
///
/// ```swift
/// try await withClientInMemory { client, server in
///     try await server.seed(
///         "ponies", type: "PonyJumped",
///         body: PonyJumped(pony: "Rarity", height: 9))
///     let last = try await client.getLastEvent(in: "ponies")
///     …
/// }
/// ```
///
/// - Parameters:
///   - configuration: the server's; the client connects by its connection string.
///   - network: where they are; one of their own by default.
///   - logger: receives what the client logs.
///   - body: receives the connected client, and the server.
/// - Returns: what `body` returns.
/// - Throws: what starting the server, connecting the client or `body` throws.
@discardableResult
public func withClientInMemory<Output>(
    _ configuration: EmbeddedServer.Configuration = .init(),
    in network: MemoryNetwork = MemoryNetwork(),
    logger: Logger = Logger(label: "PhotonPump"),
    _ body: (Client, EmbeddedServer) async throws -> Output
) async throws -> Output {
    try await withEmbeddedServer(configuration, in: network) { server in
        try await withClient(server.connectionString, in: network, logger: logger) { client in
            try await body(client, server)
        }
    }
}

/// Starts a server in memory, runs `body` with it, and stops it however `body` ends.
///
/// - Throws: what starting the server or `body` throws.
@discardableResult
public func withEmbeddedServer<Output>(
    _ configuration: EmbeddedServer.Configuration = .init(),
    in network: MemoryNetwork,
    logger: Logger = Logger(label: "embedded-eventstore"),
    _ body: (EmbeddedServer) async throws -> Output
) async throws -> Output {
    let server = EmbeddedServer(configuration, in: network, logger: logger)
    try await server.start()
    return try await ending(server, body) { await $0.stop() }
}

/// Starts a cluster in memory, runs `body` with it, and stops it however `body` ends.
///
/// - Throws: what starting the cluster or `body` throws.
@discardableResult
public func withEmbeddedCluster<Output>(
    _ configuration: EmbeddedCluster.Configuration = .init(),
    in network: MemoryNetwork,
    logger: Logger = Logger(label: "embedded-eventstore"),
    _ body: (EmbeddedCluster) async throws -> Output
) async throws -> Output {
    let cluster = EmbeddedCluster(configuration, in: network, logger: logger)
    try await cluster.start()
    return try await ending(cluster, body) { await $0.stop() }
}

/// Connects a client to servers in memory, runs `body` with it, and closes the client however `body` ends.
///
/// - Throws: what connecting or `body` throws.
@discardableResult
public func withClient<Output>(
    _ connectionString: String,
    in network: MemoryNetwork,
    logger: Logger = Logger(label: "PhotonPump"),
    _ body: (Client) async throws -> Output
) async throws -> Output {
    try await withClient(Client.Configuration(connectionString), in: network, logger: logger, body)
}

/// Connects a client to servers in memory, runs `body` with it, and closes the client however `body` ends.
///
/// - Throws: what connecting or `body` throws.
@discardableResult
public func withClient<Output>(
    _ configuration: Client.Configuration,
    in network: MemoryNetwork,
    logger: Logger = Logger(label: "PhotonPump"),
    _ body: (Client) async throws -> Output
) async throws -> Output {
    let client = try Client(configuration, in: network, logger: logger)
    return try await ending(client) { client in
        try await client.connect()
        return try await body(client)
    } end: {
        await $0.close()
    }
}

/// Runs `body`, and then `end`, whatever happens.
private func ending<Resource, Output>(
    _ resource: Resource, _ body: (Resource) async throws -> Output, end: (Resource) async -> Void
) async throws -> Output {
    let result: Result<Output, any Error>
    do {
        result = .success(try await body(resource))
    } catch {
        result = .failure(error)
    }
    await end(resource)
    return try result.get()
}
