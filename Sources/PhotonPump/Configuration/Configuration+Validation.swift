internal import PhotonPumpTransport
internal import PhotonPumpWire

/// Settings that have been checked.
struct ValidatedConfiguration: Sendable {
    let settings: Client.Configuration
    let login: Login?
}

extension Client.Configuration {
    /// Even a page with one small event needs some room.
    private static let frameSizes = (64 << 10)...FrameDecoder.standardLimit
    private static let ports = 1...65535

    /// Checks what the types cannot.
    ///
    /// - Throws: ``PhotonPumpError/Code/invalidConfiguration``, naming the setting.
    func validated() throws(PhotonPumpError) -> ValidatedConfiguration {
        try self.checkTarget()
        try self.checkTLS()
        if let host = self.discovery.hostHeader {
            try Self.require(Self.isAuthority(host), "discovery.hostHeader is not a host or host:port")
        }
        try self.checkDurations()
        try self.checkNumbers()
        if let problem = self.socket.problem { try Self.require(false, "socket.\(problem)") }
        try Self.require(
            self.connectionName.utf8.count <= Arguments.maximumName,
            "connectionName has \(self.connectionName.utf8.count) bytes, more than \(Arguments.maximumName)"
        )
        return ValidatedConfiguration(settings: self, login: try self.credentials?.checked())
    }

    private func checkTarget() throws(PhotonPumpError) {
        if case .service(let name) = self.target {
            return try Self.require(Endpoint.isHost(name), "target: the name of the SRV records is not a DNS name")
        }
        try Self.require(!self.target.endpoints.isEmpty, "target: a cluster needs an endpoint to ask for gossip")
        for endpoint in self.target.endpoints {
            try Self.require(!endpoint.host.isEmpty, "target: the host is empty")
            if let character = Endpoint.firstWrongCharacter(in: endpoint.host) {
                try Self.require(false, "target: '\(character)' cannot be part of a host")
            }
            try Self.require(
                Self.ports.contains(endpoint.port), "target: port \(endpoint.port) is not between 1 and 65535")
        }
    }

    private func checkTLS() throws(PhotonPumpError) {
        guard let tls else { return }
        var texts = [
            ("clientCertificate.certificate", tls.clientCertificate?.certificate.value),
            ("clientCertificate.key", tls.clientCertificate?.key.value),
        ]
        if case .authorities(let pem) = tls.trust { texts.append(("trust: what names the authorities", pem.value)) }
        for case (let name, let text?) in texts {
            try Self.require(!text.isEmpty, "tls.\(name) is empty")
            try Self.require(!text.utf8.contains(0), "tls.\(name) contains a NUL character")
        }
        if let name = tls.expectedHostName { try Self.check(expectedName: name, "expectedHostName") }
        for (host, name) in tls.expectedHostNames.sorted(by: { $0.key < $1.key }) {
            try Self.require(Self.isAuthority(host), "tls.expectedHostNames: a key is not a host or host:port")
            try Self.check(expectedName: name, "expectedHostNames for \(host)")
        }
    }

    private static func isAuthority(_ text: String) -> Bool {
        !text.isEmpty && Endpoint.firstWrongCharacter(in: text.filter { !"[]".contains($0) }) == nil
    }

    private static func check(expectedName name: String, _ setting: String) throws(PhotonPumpError) {
        try Self.require(!name.isEmpty, "tls.\(setting) is empty")
        try Self.require(!name.utf8.contains(0), "tls.\(setting) contains a NUL character")
        let isHost =
            Endpoint.firstWrongCharacter(in: name) == nil && !name.unicodeScalars.contains { ["*", "\\"].contains($0) }
        try Self.require(isHost && !name.hasPrefix("."), "tls.\(setting) is not a host name or address")
    }

    private func checkDurations() throws(PhotonPumpError) {
        let durations: [(String, Duration?)] = [
            ("connectTimeout", self.connectTimeout), ("operationTimeout", self.operationTimeout),
            ("queueTimeout", self.queueTimeout),
            ("heartbeat.interval", self.heartbeat.interval), ("heartbeat.timeout", self.heartbeat.timeout),
            ("discovery.interval", self.discovery.interval),
            ("discovery.gossipTimeout", self.discovery.gossipTimeout),
            ("discovery.backgroundInterval", self.discovery.backgroundInterval),
            ("reconnection.firstDelay", self.reconnection.firstDelay),
            ("reconnection.maximumDelay", self.reconnection.maximumDelay),
        ]
        for case (let name, let duration?) in durations {
            try Self.require(
                duration > .zero && duration <= CallTerms.longest,
                "\(name) \(duration.words) is not above zero and at most a year")
        }
        try Self.require(
            self.reconnection.firstDelay <= self.reconnection.maximumDelay,
            "reconnection.firstDelay is longer than reconnection.maximumDelay"
        )
    }

    private func checkNumbers() throws(PhotonPumpError) {
        let counts: [(String, Int?, least: Int)] = [
            ("maximumInFlight", self.maximumInFlight, 1), ("maximumWaiting", self.maximumWaiting, 1),
            ("pageSize", self.pageSize, 1),
            ("discovery.maximumAttempts", self.discovery.maximumAttempts, 1),
            ("reconnection.maximumAttempts", self.reconnection.maximumAttempts, 0),
            ("retries.maximum", self.retries.maximum, 0), ("retries.searchLimit", self.retries.searchLimit, 1),
        ]
        for case (let name, let count?, let least) in counts {
            try Self.require(count >= least, "\(name) is \(count), which is below \(least)")
        }
        try Self.require(
            Self.frameSizes.contains(self.maximumFrameSize),
            "maximumFrameSize \(self.maximumFrameSize) is not between \(Self.frameSizes.lowerBound) and \(Self.frameSizes.upperBound)"
        )
    }

    private static func require(_ isValid: Bool, _ problem: @autoclosure () -> String) throws(PhotonPumpError) {
        if !isValid { throw PhotonPumpError(.invalidConfiguration, problem()) }
    }
}
