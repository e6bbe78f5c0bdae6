internal import PhotonPumpWire

extension Client {
    /// The settings of a client: where to connect, as whom, and within which limits.
    public struct Configuration: Sendable, Hashable {
        /// What to connect to. The server at localhost:1113.
        public var target: Target
        /// As whom to connect; nil to stay anonymous, which is the default.
        public var credentials: Credentials?
        /// How to encrypt the connection; nil, the default, for not doing so.
        public var tls: TLSSettings?
        /// What the server calls this client in its logs and statistics. `photonpump-` and a random number.
        public var connectionName: String = "photonpump-\(UInt32.random(in: 0 ... .max))"

        /// Which node of a cluster to connect to. The master.
        public var nodePreference = NodePreference.master
        /// How such a node is found.
        public var discovery = DiscoverySettings()
        /// Whether only the master may serve a call that does not say; nil, the default, for yes when it changes
        /// something, and no for reads.
        public var requireMaster: Bool?

        /// How long ``Client/connect()`` may take, from looking up the name until the server has accepted this
        /// client. 5 s.
        public var connectTimeout: Duration = .seconds(5)
        /// How a lost connection is made again.
        public var reconnection = ReconnectionSettings()
        /// How a dead connection is recognised.
        public var heartbeat = HeartbeatSettings()

        /// How long a call may take in all, unless it says otherwise. 10 s.
        public var operationTimeout: Duration = .seconds(10)
        /// How requests that were not served are sent again.
        public var retries = RetrySettings()
        /// Requests that may wait for the server's answer at once; further calls wait for their turn. 2,000.
        public var maximumInFlight = 2000
        /// Calls that may wait for their turn; further callers are suspended until there is room. 5,000.
        public var maximumWaiting = 5000
        /// How long a call may wait for its turn; nil, the default, for as long as it may take in all.
        public var queueTimeout: Duration?
        /// The longest frame accepted and sent, in bytes. 64 MiB, which is also what servers accept.
        public var maximumFrameSize = FrameDecoder.standardLimit

        /// Settings for this target, with the defaults for everything else.
        public init(_ target: Target, credentials: Credentials? = nil) {
            self.target = target
            self.credentials = credentials
        }

        /// Settings for one server, with the defaults for everything else.
        public init(endpoint: Endpoint = Endpoint(host: "localhost"), credentials: Credentials? = nil) {
            self.init(.node(endpoint), credentials: credentials)
        }
    }
}
