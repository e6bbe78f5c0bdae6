public import EmbeddedEventStore
public import Logging
public import PhotonPump
internal import PhotonPumpTransport

/// A network within this process: servers listen in it without taking a port of the machine, and clients reach them
/// without sockets.
///
/// Client and server are the real ones, with all of their rules, time limits and faults; only the bytes between them, and
/// requests over HTTP, are handed over in memory. A server is found by its port, whatever host a client is given. What is
/// in one network cannot reach another, or the machine's, so tests that run at once cannot disturb each other.
///
/// ```swift
/// let network = MemoryNetwork()
/// try await withEmbeddedServer(in: network) { server in
///     try await withClient(server.connectionString, in: network) {
///         client in
///         …
///     }
/// }
/// ```
///
/// There is no TLS in it: a server with TLS does not start, and a client with TLS is not
/// made. ``withClientInMemory(_:in:logger:_:)`` is all of this in one line.
public final class MemoryNetwork: Sendable {
    let environment: Environment

    /// Creates a network with nothing in it.
    public init() {
        self.environment = Environment(memory: MemoryHost())
    }

    init(_ environment: Environment) {
        self.environment = environment
    }
}

extension EmbeddedServer {
    /// Creates a server in memory that does not run yet.
    ///
    /// - Parameters:
    ///   - configuration: as for servers on the machine's network; the host does not matter, and there is no TLS.
    ///   - network: where clients find it.
    ///   - logger: as for those.
    public init(
        _ configuration: Configuration = .init(), in network: MemoryNetwork,
        logger: Logger = Logger(label: "embedded-eventstore")
    ) {
        self.init(configuration, logger: logger, environment: network.environment)
    }
}

extension EmbeddedCluster {
    /// Creates a cluster in memory that does not run yet.
    ///
    /// - Parameters:
    ///   - configuration: as for clusters on the machine's network; the host does not matter, and there is no TLS.
    ///   - network: where clients find it.
    ///   - logger: as for those.
    public init(
        _ configuration: Configuration = .init(), in network: MemoryNetwork,
        logger: Logger = Logger(label: "embedded-eventstore")
    ) {
        self.init(configuration, logger: logger, environment: network.environment)
    }
}

extension Client {
    /// Creates a client for servers in memory that is not connected yet.
    ///
    /// - Parameters:
    ///   - configuration: as for servers on the machine's network.
    ///   - network: where its servers are.
    ///   - credentials: provides the user, as for other clients.
    ///   - selectNode: chooses the node of a cluster, as for other clients.
    ///   - findNode: finds the node to connect to, as for other clients.
    ///   - logger: as for other clients.
    ///   - metrics: as for other clients.
    ///   - tracer: as for other clients.
    /// - Throws: `PhotonPumpError` with the code `invalidConfiguration`, naming the invalid setting.
    public init(
        _ configuration: Configuration,
        in network: MemoryNetwork,
        credentials: CredentialsProvider? = nil,
        selectNode: NodeSelector? = nil,
        findNode: NodeProvider? = nil,
        logger: Logger = Logger(label: "PhotonPump"),
        metrics: Client.MetricsBackend? = nil,
        tracer: Client.TracingBackend? = nil
    ) throws {
        guard configuration.tls == nil else {
            throw PhotonPumpError(.invalidConfiguration, message: "tls: there is none in memory")
        }
        try self.init(
            configuration, credentials: credentials, selectNode: selectNode, findNode: findNode, logger: logger,
            metrics: metrics, tracer: tracer, environment: network.environment)
    }
}
