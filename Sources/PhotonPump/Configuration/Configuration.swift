internal import PhotonPumpWire

extension Client {
    /// The settings of a client: where to connect, as which user, and within which limits.
    public struct Configuration: Sendable, Hashable {
        /// What to connect to. The server at localhost:1113 by default.
        public var target: Target
        /// The user to connect as; nil, the default, to stay anonymous.
        public var credentials: Credentials?
        /// How to encrypt the connection; nil, the default, for no encryption.
        public var tls: TLSSettings?
        /// The client's name in the server's logs and statistics. `photonpump-` and a random number by default.
        public var connectionName: String = "photonpump-\(UInt32.random(in: 0 ... .max))"

        /// Which node of a cluster to connect to. The master by default.
        public var nodePreference = NodePreference.master
        /// How to find that node.
        public var discovery = DiscoverySettings()
        /// Whether only the master may serve calls whose options do not say; nil, the default, means yes for calls that
        /// change something, and no for reads.
        public var requireMaster: Bool?

        /// The most events that reads and subscriptions request at once where they do not say, 1 or more; servers return at
        /// most 4096. A slice has no more, either, unless its call says how many. 500 by default.
        public var pageSize = Arguments.usualPage
        /// Whether reads and subscriptions that do not say follow events that are links to the events they point to. False
        /// by default.
        public var resolveLinks = false

        /// How long each attempt to connect may take, from looking up the name until the server has accepted this
        /// client. It also limits ``Client/connect()``. 5 s by default.
        public var connectTimeout: Duration = .seconds(5)
        /// How a lost connection is replaced.
        public var reconnection = ReconnectionSettings()
        /// How a dead connection is detected.
        public var heartbeat = HeartbeatSettings()

        /// What to ask of the system for TCP connections.
        public var socket = SocketSettings()

        /// How long a call may take in all, unless its options say otherwise. 10 s by default.
        public var operationTimeout: Duration = .seconds(10)
        /// How requests that were not served are sent again.
        public var retries = RetrySettings()
        /// The most requests that may wait for the server's answer at once; further calls wait for their turn. 2,000 by
        /// default.
        public var maximumInFlight = 2000
        /// The most calls that may wait for their turn; further callers are suspended until there is room. 5,000 by
        /// default.
        public var maximumWaiting = 5000
        /// How long a call may wait for its turn; nil, the default, for the whole time limit of the call.
        public var queueTimeout: Duration?
        /// What to do for distributed tracing if there is a tracer: spans, and their context in the metadata of events that
        /// are written, by default. See <doc:Tracing>.
        public var tracing = TracingMode.full
        /// The largest frame to accept and send, in bytes. 64 MiB by default, which is also the servers' limit. A larger
        /// answer fails its call with ``PhotonPumpError/Code/tooLarge``, or has it ask for fewer events; one of more than
        /// four times this size ends the connection.
        /// Decoding a reply takes twice its size in further memory at most, and 4 MiB; one that would take more fails its
        /// call, as does one with more events than were asked for.
        public var maximumFrameSize = FrameDecoder.standardLimit

        /// Creates settings for this target, with defaults for everything else.
        public init(_ target: Target, credentials: Credentials? = nil) {
            self.target = target
            self.credentials = credentials
        }

        /// Creates settings for one server, with defaults for everything else.
        public init(endpoint: Endpoint = Endpoint(host: "localhost"), credentials: Credentials? = nil) {
            self.init(.node(endpoint), credentials: credentials)
        }
    }
}
