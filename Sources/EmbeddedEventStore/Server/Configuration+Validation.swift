internal import PhotonPumpWire

extension EmbeddedServer.Configuration {
    private static let ports = 0...65_535
    private static let times: ClosedRange<Duration> = .milliseconds(1) ... .seconds(86_400)
    private static let pendingSendLimits = 1_024...1 << 30
    private static let anonymousBudgets = 1_024...16 << 30
    private static let connectionCounts = 1...100_000
    private static let frameLimits = 1_024...FrameDecoder.standardLimit

    /// Throws if a value is invalid, naming the first one.
    func validate() throws(EmbeddedServerError) {
        try Self.check(!self.host.isEmpty, "host is empty")
        try Self.check(Self.ports.contains(self.port), "port \(self.port) is not within \(Self.ports)")
        if let tls = self.tls {
            try Self.check(Self.ports.contains(tls.port), "tls.port \(tls.port) is not within \(Self.ports)")
        }
        try Self.check(
            self.acceptsPlainConnections || self.tls != nil,
            "acceptsPlainConnections is false and tls is nil, so that nobody could connect: set one of them"
        )
        if let httpPort = self.httpPort {
            try Self.check(Self.ports.contains(httpPort), "httpPort \(httpPort) is not within \(Self.ports)")
        }
        for (name, time) in [
            ("heartbeatInterval", self.heartbeatInterval), ("heartbeatTimeout", self.heartbeatTimeout),
            ("persistentSubscriptionTick", self.persistentSubscriptionTick), ("httpTimeout", self.httpTimeout),
        ] {
            try Self.check(Self.times.contains(time), "\(name) \(time) is not within \(Self.times)")
        }
        try Self.check(
            Self.pendingSendLimits.contains(self.pendingSendLimit),
            "pendingSendLimit \(self.pendingSendLimit) is not within \(Self.pendingSendLimits)"
        )
        try Self.check(
            Self.anonymousBudgets.contains(self.anonymousBudget),
            "anonymousBudget \(self.anonymousBudget) is not within \(Self.anonymousBudgets)"
        )
        try Self.check(
            Self.connectionCounts.contains(self.maximumConnections),
            "maximumConnections \(self.maximumConnections) is not within \(Self.connectionCounts)"
        )
        try Self.check(
            Self.frameLimits.contains(self.frameLimit),
            "frameLimit \(self.frameLimit) is not within \(Self.frameLimits)"
        )
        try self.validateUsers()
    }

    private func validateUsers() throws(EmbeddedServerError) {
        var names: Set<String> = []
        for user in self.users {
            try Self.check(!user.name.isEmpty, "a user has no name")
            try Self.check(names.insert(user.name).inserted, "user '\(user.name)' is given twice")
            do {
                _ = try Login(name: user.name, password: user.password)
            } catch {
                throw EmbeddedServerError(
                    .invalidConfiguration,
                    "user '\(user.name)': the \(error.part) has \(error.count) bytes, more than \(Login.maximumBytes)"
                )
            }
        }
    }

    private static func check(_ isRight: Bool, _ message: @autoclosure () -> String) throws(EmbeddedServerError) {
        guard isRight else { throw EmbeddedServerError(.invalidConfiguration, message()) }
    }
}
