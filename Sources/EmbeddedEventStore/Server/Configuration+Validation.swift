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
        try Self.check("port", self.port, Self.ports)
        if let tls = self.tls { try Self.check("tls.port", tls.port, Self.ports) }
        try Self.check(
            self.acceptsPlainConnections || self.tls != nil,
            "acceptsPlainConnections is false and tls is nil, so that nobody could connect: set one of them"
        )
        if let httpPort = self.httpPort { try Self.check("httpPort", httpPort, Self.ports) }
        try Self.check("heartbeatInterval", self.heartbeatInterval, Self.times)
        try Self.check("heartbeatTimeout", self.heartbeatTimeout, Self.times)
        try Self.check("persistentSubscriptionTick", self.persistentSubscriptionTick, Self.times)
        try Self.check("httpTimeout", self.httpTimeout, Self.times)
        try Self.check("pendingSendLimit", self.pendingSendLimit, Self.pendingSendLimits)
        try Self.check("anonymousBudget", self.anonymousBudget, Self.anonymousBudgets)
        try Self.check("maximumConnections", self.maximumConnections, Self.connectionCounts)
        try Self.check("frameLimit", self.frameLimit, Self.frameLimits)
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

    private static func check<Value>(
        _ name: String, _ value: Value, _ range: ClosedRange<Value>
    ) throws(EmbeddedServerError) {
        try self.check(range.contains(value), "\(name) \(value) is not within \(range)")
    }

    private static func check(_ isRight: Bool, _ message: @autoclosure () -> String) throws(EmbeddedServerError) {
        guard isRight else { throw EmbeddedServerError(.invalidConfiguration, message()) }
    }
}
