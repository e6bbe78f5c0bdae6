public import Logging
public import PhotonPump

/// Administers a server or a cluster: its projections, users, persistent subscriptions and nodes.
///
/// Requests are made over HTTP, as a client with its settings makes them: with its discovery, user, trust and time limits.
/// In a cluster they are made of the master, unless a node is named.
///
/// ```swift
/// let admin = try Admin(
///     Client.Configuration("tcp://admin:changeit@localhost:1113"))
/// try await admin.projections.enable(.byCategory)
/// try await admin.projections.wait(for: .byCategory, until: .running)
/// await admin.close()
/// ```
public struct Admin: Sendable {
    let client: Client
    /// The server's HTTP port, used where gossip does not tell it.
    public let httpPort: Int
    private let ownsClient: Bool

    /// Administers what this client is for. It need not be connected.
    ///
    /// - Parameters:
    ///   - client: it is not closed by ``close()``.
    ///   - httpPort: the server's HTTP port, used where gossip does not tell it. 2113 by default.
    public init(_ client: Client, httpPort: Int = Endpoint.defaultGossipPort) {
        (self.client, self.httpPort, self.ownsClient) = (client, httpPort, false)
    }

    /// Administers what these settings name. Only what is done with parked events connects over TCP.
    ///
    /// - Parameters:
    ///   - configuration: which servers to ask, as which user, and within which limits.
    ///   - credentials: provides the user, instead of the configuration's credentials; called before each request until
    ///     parked events are asked for, and from then on before each attempt to connect, and when a request is refused.
    ///   - httpPort: the server's HTTP port, used where gossip does not tell it. 2113 by default.
    ///   - logger: receives what the client logs.
    /// - Throws: `PhotonPumpError` with the code `invalidConfiguration`, naming the invalid setting.
    public init(
        _ configuration: Client.Configuration,
        credentials: Client.CredentialsProvider? = nil,
        httpPort: Int = Endpoint.defaultGossipPort,
        logger: Logger = Logger(label: "PhotonPump")
    ) throws {
        self.client = try Client(configuration, credentials: credentials, logger: logger)
        (self.httpPort, self.ownsClient) = (httpPort, true)
    }

    /// Ends the connection, if this was made from settings and has one. Calls then fail with `clientClosed`.
    public func close() async {
        if self.ownsClient { await self.client.close() }
    }

    /// What computes something from events on the server.
    public var projections: Projections { Projections(admin: self) }

    /// Who may log in, and the groups they are in.
    public var users: Users { Users(admin: self) }

    /// Persistent subscriptions, and the events that they have parked.
    public var subscriptions: Subscriptions { Subscriptions(admin: self) }

    /// The server; of a cluster, the master.
    public var node: Node { Node(admin: self, endpoint: nil) }

    /// One node of a cluster.
    ///
    /// - Parameter http: where its HTTP interface is. Credentials are sent there.
    public func node(at http: Endpoint) -> Node { Node(admin: self, endpoint: http) }
}
