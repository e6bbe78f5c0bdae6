public import Logging

/// Starts a cluster, runs `body` with it, and stops it however `body` ends.
///
/// - Throws: what ``EmbeddedCluster/start()`` or `body` throws.
@discardableResult
public func withEmbeddedCluster<R>(
    _ configuration: EmbeddedCluster.Configuration = .init(),
    logger: Logger = Logger(label: "embedded-eventstore"),
    _ body: (EmbeddedCluster) async throws -> R
) async throws -> R {
    let cluster = EmbeddedCluster(configuration, logger: logger)
    try await cluster.start()
    do {
        let result = try await body(cluster)
        await cluster.stop()
        return result
    } catch {
        await cluster.stop()
        throw error
    }
}
