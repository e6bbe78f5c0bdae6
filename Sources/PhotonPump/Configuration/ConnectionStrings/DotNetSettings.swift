extension Setting {
    /// The settings of .NET connection strings. Times are in milliseconds.
    static var dotNet: [Setting] {
        [
            Setting("ConnectTo"), Setting("GossipSeeds"), Setting("ClusterDns"), Setting("GossipPort"),
            Setting("ExternalGossipPort"), Setting("DefaultUserCredentials"), Setting("CompatibilityMode"),
            Setting("SkipCertificateValidation"), Setting("CustomHttpMessageHandler"),

            Setting("MaxDiscoverAttempts", .limit(from: 1, unlimited: "-1"), \.configuration.discovery.maximumAttempts),
            Setting("GossipTimeout", .milliseconds, \.configuration.discovery.gossipTimeout),
            Setting("NodePreference", .preference, \.configuration.nodePreference),
            Setting("RequireMaster", .flag, \.configuration.requireMaster),
            Setting("RequireLeader", .flag, \.configuration.requireMaster),

            Setting("UseSslConnection", .flag, \.usesTLS),
            Setting("TargetHost", .text, \.expectedHostName),
            Setting("ValidateServer", .flag, \.verifiesCertificates),

            Setting("ClientConnectionTimeout", .milliseconds, \.configuration.connectTimeout),
            Setting("MaxReconnections", .limit(from: 0, unlimited: "-1"), \.configuration.reconnection.maximumAttempts),
            Setting("ReconnectionDelay", .milliseconds, \.configuration.reconnection.firstDelay),
            Setting("HeartbeatInterval", .milliseconds, \.configuration.heartbeat.interval),
            Setting("HeartbeatTimeout", .milliseconds, \.configuration.heartbeat.timeout),

            Setting("OperationTimeout", .milliseconds, \.configuration.operationTimeout),
            Setting("QueueTimeout", .millisecondsOrNone, \.configuration.queueTimeout),
            Setting("MaxRetries", .limit(from: 0, unlimited: "-1"), \.configuration.retries.maximum),
            Setting("FailOnNoServerResponse", .negatedFlag, \.configuration.retries.afterNoAnswer),
            Setting("MaxConcurrentItems", .count(from: 1), \.configuration.maximumInFlight),
            Setting("MaxQueueSize", .count(from: 1), \.configuration.maximumWaiting),

            // These mean nothing here: the logger decides what is logged, time limits are exact, and a login without an
            // answer fails the attempt to connect, which is then repeated.
            Setting("VerboseLogging"), Setting("OperationTimeoutCheckPeriod"), Setting("RetryAuthenticationOnTimeout"),
        ]
    }
}
