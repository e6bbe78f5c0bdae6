extension Setting {
    /// The settings of `tcp://`, `tls://` and `discover://`, after the `?`.
    static var own: [Setting] {
        [
            Setting("connectionName", .text, \.configuration.connectionName),
            Setting("nodePreference", .preference, \.configuration.nodePreference),
            Setting("requireMaster", .flag, \.configuration.requireMaster),
            Setting("pageSize", .count(from: 1), \.configuration.pageSize),
            Setting("resolveLinks", .flag, \.configuration.resolveLinks),

            Setting("tls", .flag, \.usesTLS),
            Setting("tlsVerifyCert", .flag, \.verifiesCertificates),
            Setting("tlsCAFile", .text, \.authoritiesFile),
            Setting("tlsHostName", .text, \.expectedHostName),
            Setting("tlsHostNames", .pairs, \.expectedHostNames),
            Setting("tlsCertFile", .text, \.certificateFile),
            Setting("tlsKeyFile", .text, \.keyFile),
            Setting("credentialsInClear", .flag, \.allowsCredentialsInClear),

            Setting(
                "maxDiscoverAttempts", .limit(from: 1, unlimited: "unlimited"),
                \.configuration.discovery.maximumAttempts),
            Setting("discoveryInterval", .duration, \.configuration.discovery.interval),
            Setting("gossipTimeout", .duration, \.configuration.discovery.gossipTimeout),
            Setting("gossipInterval", .duration, \.configuration.discovery.backgroundInterval),
            Setting("gossipTLS", .flag, \.configuration.discovery.gossipOverTLS),
            Setting("gossipHostHeader", .text, \.configuration.discovery.hostHeader),

            Setting("connectTimeout", .duration, \.configuration.connectTimeout),
            Setting(
                "maxReconnects", .limit(from: 0, unlimited: "unlimited"), \.configuration.reconnection.maximumAttempts),
            Setting("reconnectDelay", .duration, \.configuration.reconnection.firstDelay),
            Setting("maxReconnectDelay", .duration, \.configuration.reconnection.maximumDelay),
            Setting("heartbeatInterval", .duration, \.configuration.heartbeat.interval),
            Setting("heartbeatTimeout", .duration, \.configuration.heartbeat.timeout),

            Setting("tcpKeepAlive", .duration, \.configuration.socket.keepAlive),
            Setting("tcpKeepAliveInterval", .duration, \.configuration.socket.keepAliveInterval),
            Setting("tcpKeepAliveCount", .count(from: 1), \.configuration.socket.keepAliveCount),
            Setting("tcpSendBuffer", .count(from: 1), \.configuration.socket.sendBufferSize),
            Setting("tcpReceiveBuffer", .count(from: 1), \.configuration.socket.receiveBufferSize),
            Setting("localAddress", .text, \.configuration.socket.localAddress),

            Setting("operationTimeout", .duration, \.configuration.operationTimeout),
            Setting("queueTimeout", .duration, \.configuration.queueTimeout),
            Setting("maxRetries", .limit(from: 0, unlimited: "unlimited"), \.configuration.retries.maximum),
            Setting("retryUnanswered", .flag, \.configuration.retries.afterNoAnswer),
            Setting("doubtfulWrites", .doubtfulWrites, \.configuration.retries.doubtfulWrites),
            Setting("searchLimit", .count(from: 1), \.configuration.retries.searchLimit),
            Setting("maxInFlight", .count(from: 1), \.configuration.maximumInFlight),
            Setting("maxWaiting", .count(from: 1), \.configuration.maximumWaiting),
            Setting("tracing", .tracing, \.configuration.tracing),
            Setting("maxFrameSize", .count(from: 1), \.configuration.maximumFrameSize),
        ]
    }
}
