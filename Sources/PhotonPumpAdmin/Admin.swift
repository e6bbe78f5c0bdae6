public import Logging
public import PhotonPump

/// Administers a server or a cluster: its users, projections, persistent subscriptions and nodes.
///
/// Requests are made over HTTP, as a client with its settings makes them: with its discovery, user, trust and time limits.
/// In a cluster they are made of the master, unless a node is named.
public struct Admin: Sendable {
    let client: Client
    /// The server's HTTP port, used where gossip does not tell it.
    public let httpPort: Int

    /// Administers what this client is for. It need not be connected.
    ///
    /// - Parameters:
    ///   - client: it is not closed here.
    ///   - httpPort: the server's HTTP port, used where gossip does not tell it. 2113 by default.
    public init(_ client: Client, httpPort: Int = Endpoint.defaultGossipPort) {
        self.client = client
        self.httpPort = httpPort
    }

    /// Administers what these settings name, without a connection over TCP.
    ///
    /// - Parameters:
    ///   - configuration: which servers to ask, as which user, and within which limits.
    ///   - credentials: provides the user, instead of the configuration's credentials; called before each request.
    ///   - httpPort: the server's HTTP port, used where gossip does not tell it. 2113 by default.
    ///   - logger: see the client's initializer.
    /// - Throws: `PhotonPumpError` with the code `invalidConfiguration`, naming the invalid setting.
    public init(
        _ configuration: Client.Configuration,
        credentials: Client.CredentialsProvider? = nil,
        httpPort: Int = Endpoint.defaultGossipPort,
        logger: Logger = Logger(label: "PhotonPump")
    ) throws {
        self.init(try Client(configuration, credentials: credentials, logger: logger), httpPort: httpPort)
    }
}
