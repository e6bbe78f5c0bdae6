package import EmbeddedEventStore
package import PhotonPump

extension EmbeddedCluster {
    /// For clients that notice at once what happens to the nodes.
    package nonisolated func hastyConfiguration() throws -> Client.Configuration {
        var configuration = try Client.Configuration(self.connectionString)
        configuration.operationTimeout = .seconds(3)
        configuration.connectTimeout = .seconds(1)
        configuration.heartbeat.interval = .milliseconds(100)
        configuration.heartbeat.timeout = .milliseconds(400)
        configuration.discovery.interval = .milliseconds(50)
        configuration.discovery.gossipTimeout = .milliseconds(500)
        configuration.discovery.backgroundInterval = .seconds(1)
        configuration.reconnection.maximumDelay = .milliseconds(200)
        return configuration
    }
}
