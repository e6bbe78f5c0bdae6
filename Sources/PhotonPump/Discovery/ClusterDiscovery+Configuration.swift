public import Logging
internal import PhotonPumpTransport

extension ClusterDiscovery {
    /// Discovers nodes as a client with these settings does. nil if the settings name the node.
    ///
    /// - Parameter selector: chooses the node, instead of the settings' preference.
    init?(
        _ configuration: Client.Configuration, selector: NodeSelector? = nil, _ environment: Environment = .system,
        http: any HTTPGetter = CurlGetter()
    ) {
        if case .node = configuration.target { return nil }
        self.init(configuration, selector: selector, environment, http)
    }

    /// Asks each endpoint once.
    ///
    /// - Parameter httpPort: the one to ask if the settings name a single node.
    /// - Throws: ``PhotonPumpError/Code/invalidConfiguration``.
    init(
        once configuration: Client.Configuration, httpPort: Int = Endpoint.defaultGossipPort, _ logger: Logger,
        _ environment: Environment = .system, http: any HTTPGetter = CurlGetter()
    ) throws(PhotonPumpError) {
        var configuration = configuration
        if case .node(let endpoint) = configuration.target {
            configuration.target = .cluster(gossip: [Endpoint(host: endpoint.host, port: httpPort)])
        }
        configuration.discovery.maximumAttempts = 1
        let settings = try configuration.validated().settings
        self.init(settings, selector: nil, environment, http)
        self.logger = logger
    }

    private init(
        _ configuration: Client.Configuration, selector: NodeSelector?, _ environment: Environment,
        _ http: any HTTPGetter
    ) {
        self.init(seeds: configuration.target.endpoints, environment: environment, http: http)
        if case .service(let name) = configuration.target { self.service = name }
        self.settings = configuration.discovery
        self.patience = configuration.connectTimeout
        self.localAddress = configuration.socket.localAddress
        self.selection = NodeSelection(
            preference: configuration.nodePreference,
            selector: selector,
            usesTLS: configuration.tls != nil
        )
        if self.settings.gossipOverTLS ?? (configuration.tls != nil) {
            self.gossipTLS = configuration.tls ?? TLSSettings()
        }
    }
}

extension ClusterGossip {
    /// Asks for gossip as a client with these settings would to find its node, each endpoint once, without connecting.
    ///
    /// - Parameters:
    ///   - configuration: the servers to ask; for a single server, its HTTP port is asked.
    ///   - httpPort: that port. 2113 by default.
    ///   - logger: receives `warning` for each of the settings' ``Client/Configuration/risks``. See <doc:Logging>.
    /// - Returns: the first readable answer.
    /// - Throws: ``PhotonPumpError/Code/invalidConfiguration``, ``PhotonPumpError/Code/discoveryFailed`` with the
    ///   answer of each endpoint, or `CancellationError`.
    public static func read(
        _ configuration: Client.Configuration,
        httpPort: Int = Endpoint.defaultGossipPort,
        logger: Logger = Logger(label: "PhotonPump")
    ) async throws -> ClusterGossip {
        let discovery = try ClusterDiscovery(once: configuration, httpPort: httpPort, logger)
        for risk in configuration.risks { logger.warning("\(risk)") }
        return try await discovery.readGossip()
    }
}
