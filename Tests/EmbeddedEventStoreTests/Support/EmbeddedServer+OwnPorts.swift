import EmbeddedEventStore

extension EmbeddedServer {
    /// A running server on ports that no other test is given while it is stopped: the system picks higher ones.
    ///
    /// - Parameter tls: instead of plain connections.
    static func startedOnOwnPorts(http: Bool = false, tls: Configuration.TLS? = nil) async throws -> EmbeddedServer {
        var error: any Error = CancellationError()
        for port in (10_000..<16_000).shuffled().prefix(100) {
            var configuration = EmbeddedServer.Configuration.patient
            configuration.port = 2 * port
            configuration.tls = tls
            configuration.tls?.port = 2 * port
            configuration.acceptsPlainConnections = tls == nil
            configuration.httpPort = http ? 2 * port + 1 : nil
            let server = EmbeddedServer(configuration, logger: .silent)
            do {
                try await server.start()
                return server
            } catch let failure {
                error = failure
            }
        }
        throw error
    }
}
