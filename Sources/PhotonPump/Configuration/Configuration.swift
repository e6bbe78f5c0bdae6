internal import PhotonPumpWire

extension Client {
    /// The settings of a client: where to connect, as whom, and within which limits.
    public struct Configuration: Sendable, Hashable {
        /// The server. localhost:1113.
        public var endpoint: Endpoint
        /// As whom to connect; nil to stay anonymous, which is the default.
        public var credentials: Credentials?
        /// What the server calls this client in its logs and statistics. `photonpump-` and a random number.
        public var connectionName: String = "photonpump-\(UInt32.random(in: 0 ... .max))"
        /// How long ``Client/connect()`` may take, from looking up the name until the server has accepted this
        /// client. 5 s.
        public var connectTimeout: Duration = .seconds(5)
        /// How long a call may take in all, unless it says otherwise. 10 s.
        public var operationTimeout: Duration = .seconds(10)
        /// How a dead connection is recognised.
        public var heartbeat = HeartbeatSettings()
        /// Requests that may wait for the server's answer at once; further calls wait for their turn. 2,000.
        public var maximumInFlight = 2000
        /// The longest frame accepted and sent, in bytes. 64 MiB, which is also what servers accept.
        public var maximumFrameSize = FrameDecoder.standardLimit

        /// Settings for one server, with the defaults for everything else.
        public init(endpoint: Endpoint = Endpoint(host: "localhost"), credentials: Credentials? = nil) {
            self.endpoint = endpoint
            self.credentials = credentials
        }

        /// A page of one small event needs some room.
        private static let smallestFrameSize = 64 << 10

        /// Checks what types cannot.
        ///
        /// - Throws: ``PhotonPumpError/Code/invalidConfiguration``, naming the setting.
        func validated() throws(PhotonPumpError) -> ValidatedConfiguration {
            func require(_ isValid: Bool, _ problem: String) throws(PhotonPumpError) {
                if !isValid { throw PhotonPumpError(.invalidConfiguration, problem) }
            }
            try require(!self.endpoint.host.isEmpty, "endpoint: the host is empty")
            try require(
                (1...65535).contains(self.endpoint.port), "endpoint: port \(self.endpoint.port) is not within 1...65535"
            )
            try require(
                self.connectionName.utf8.count <= Arguments.maximumName,
                "connectionName has \(self.connectionName.utf8.count) bytes, more than \(Arguments.maximumName)"
            )
            for (name, duration) in [
                ("connectTimeout", self.connectTimeout), ("operationTimeout", self.operationTimeout),
                ("heartbeat.interval", self.heartbeat.interval), ("heartbeat.timeout", self.heartbeat.timeout),
            ] {
                try require(
                    duration > .zero && duration <= CallTerms.longest, "\(name) is not above zero and within a year")
            }
            try require(self.maximumInFlight > 0, "maximumInFlight is not above zero")
            try require(
                (Self.smallestFrameSize...FrameDecoder.standardLimit).contains(self.maximumFrameSize),
                "maximumFrameSize \(self.maximumFrameSize) is not within \(Self.smallestFrameSize)...\(FrameDecoder.standardLimit)"
            )
            return ValidatedConfiguration(settings: self, login: try self.login())
        }

        private func login() throws(PhotonPumpError) -> Login? {
            try self.credentials?.checked()
        }
    }
}

/// Settings that were checked.
struct ValidatedConfiguration: Sendable {
    let settings: Client.Configuration
    let login: Login?
}
