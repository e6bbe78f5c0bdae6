import EmbeddedEventStore

extension EmbeddedServer.Configuration {
    /// Gives nobody up for being silent: peers of tests answer no heartbeats.
    static var patient: Self {
        var configuration = Self()
        configuration.heartbeatInterval = .seconds(3600)
        return configuration
    }
}

extension EmbeddedCluster.Configuration {
    /// Three nodes that give nobody up for being silent.
    static var patient: Self {
        var configuration = Self()
        configuration.node = .patient
        return configuration
    }
}
