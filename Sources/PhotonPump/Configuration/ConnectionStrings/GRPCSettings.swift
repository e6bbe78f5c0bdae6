extension Setting {
    /// The settings of `esdb://` and `esdb+discover://`, as in clients for the servers' gRPC interface. Times are in
    /// milliseconds.
    static var grpc: [Setting] {
        [
            Setting("connectionName", .text, \.configuration.connectionName),
            Setting("nodePreference", .preference, \.configuration.nodePreference),
            Setting("tls", .flag, \.usesTLS),
            Setting("tlsVerifyCert", .flag, \.verifiesCertificates),
            Setting("tlsCAFile", .text, \.authoritiesFile),
            Setting("userCertFile", .text, \.certificateFile),
            Setting("userKeyFile", .text, \.keyFile),
            Setting("maxDiscoverAttempts", .limit(from: 1, unlimited: "-1"), \.configuration.discovery.maximumAttempts),
            Setting("discoveryInterval", .milliseconds, \.configuration.discovery.interval),
            Setting("gossipTimeout", .milliseconds, \.configuration.discovery.gossipTimeout),
            Setting("defaultDeadline", .milliseconds, \.configuration.operationTimeout),
            Setting("keepAliveInterval", .millisecondsOrNever, \.configuration.heartbeat.interval),
            Setting("keepAliveTimeout", .milliseconds, \.configuration.heartbeat.timeout),
            // Means nothing here: a refused write throws, or tryPublish returns the reason.
            Setting("throwOnAppendFailure"),
        ]
    }
}
