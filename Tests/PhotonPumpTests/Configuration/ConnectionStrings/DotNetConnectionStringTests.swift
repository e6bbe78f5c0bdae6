import Testing

@testable import PhotonPump

@Suite("A connection string of the .NET client")
struct DotNetConnectionStringTests {
    @Test(
        "S59: a connection string of the .NET client names a node, a DNS name or seeds",
        arguments: [
            ("ConnectTo=tcp://h:1114", .node(Endpoint(host: "h", port: 1114))),
            ("Connect To = TCP://h ;", .node(Endpoint(host: "h", port: 1113))),
            (";; connectto='tcp://h:1'", .node(Endpoint(host: "h", port: 1))),
            ("ConnectTo=discover://dns.example:30778", .cluster(gossip: [Endpoint(host: "dns.example", port: 30778)])),
            (
                "GossipSeeds=10.0.0.1:1, h2:2 ,[::1]:3",
                .cluster(
                    gossip: [
                        Endpoint(host: "10.0.0.1", port: 1), Endpoint(host: "h2", port: 2),
                        Endpoint(host: "::1", port: 3),
                    ]
                )
            ),
            ("ClusterDns=dns.example", .cluster(gossip: [Endpoint(host: "dns.example", port: 2113)])),
            (
                "Cluster Dns=dns.example; External Gossip Port=30778",
                .cluster(gossip: [Endpoint(host: "dns.example", port: 30778)])
            ),
            ("GossipPort=99;ClusterDns=dns.example", .cluster(gossip: [Endpoint(host: "dns.example", port: 99)])),
        ] as [(String, Client.Configuration.Target)]
    )
    func targets(text: String, target: Client.Configuration.Target) throws {
        #expect(try Client.Configuration(text).target == target)
    }

    @Test("a connection string of the .NET client carries every setting of that client, times in milliseconds")
    func settings() throws {
        let configuration = try Client.Configuration(
            """
            ConnectTo=tcp://h; HeartBeatTimeout=500; Heartbeat Interval=400; OperationTimeout=300; QueueTimeout=0; \
            ClientConnectionTimeout=200; ReconnectionDelay=7000; MaxReconnections=-1; MaxRetries=-1; MaxQueueSize=9; \
            MaxConcurrentItems=8; RequireMaster=False; FailOnNoServerResponse=True; UseSslConnection=true; \
            TargetHost="es;1"; ValidateServer=false; SkipCertificateValidation=true; MaxDiscoverAttempts=7; \
            GossipTimeout=600; NodePreference=Follower; VerboseLogging=true; OperationTimeoutCheckPeriod=1000; \
            CompatibilityMode=; RetryAuthenticationOnTimeout=true; CustomHttpMessageHandler=SkipCertificateValidation
            """
        )
        var expected = Client.Configuration(endpoint: Endpoint(host: "h"))
        expected.connectionName = configuration.connectionName
        expected.heartbeat.timeout = .milliseconds(500)
        expected.heartbeat.interval = .milliseconds(400)
        expected.operationTimeout = .milliseconds(300)
        expected.connectTimeout = .milliseconds(200)
        expected.reconnection.firstDelay = .seconds(7)
        expected.reconnection.maximumDelay = .seconds(7)
        expected.retries.maximum = nil
        expected.retries.afterNoAnswer = false
        expected.maximumWaiting = 9
        expected.maximumInFlight = 8
        expected.requireMaster = false
        var tls = TLSSettings()
        tls.expectedHostName = "es;1"
        tls.trust = .insecureWithoutVerification
        expected.tls = tls
        expected.discovery.maximumAttempts = 7
        expected.discovery.gossipTimeout = .milliseconds(600)
        expected.nodePreference = .follower
        #expect(configuration == expected)
        #expect(try Client.Configuration("ConnectTo=tcp://h;QueueTimeout=5").queueTimeout == .milliseconds(5))
    }

    /// What `DbConnectionStringBuilder` and the client that uses it make of the same strings.
    @Test(
        "a connection string of the .NET client has its credentials in any place, and quoted when need be",
        arguments: [
            ("DefaultUserCredentials=u:p;ConnectTo=tcp://h", "u", "p"),
            ("ConnectTo=tcp://h;DefaultUserCredentials='u:p;\"''q'", "u", "p;\"'q"),
            ("ConnectTo=tcp://h;DefaultUserCredentials=\"u:p;\"\"'q\" ; ", "u", "p;\"'q"),
            ("ConnectTo=tcp://h;DefaultUserCredentials=u:p'\"q=r", "u", "p'\"q=r"),
            ("ConnectTo=tcp://h;DefaultUserCredentials='=u:p;ConnectTo=tcp://h2;q'", "=u", "p;ConnectTo=tcp://h2;q"),
            ("ConnectTo=tcp://h;DefaultUserCredentials= u :  p  ", "u ", "  p"),
            ("ConnectTo=tcp://h;DefaultUserCredentials=' u :  p\t'", "u ", "  p"),
            ("ConnectTo=tcp://u:p%20@h", "u", "p "),
            ("ConnectTo=tcp://a%40:b%3B@h;DefaultUserCredentials=u:p", "a@", "b;"),
            ("ConnectTo=\"tcp://u:p;q@h\"", "u", "p;q"),
        ]
    )
    func credentials(text: String, user: String, password: String) throws {
        let configuration = try Client.Configuration(text)
        #expect(configuration.credentials == Credentials(username: user, password: password))
        #expect(try Client.Configuration(configuration.connectionString) == configuration)
    }

    @Test(
        "a connection string of the .NET client asks for gossip by HTTP or HTTPS, as its seeds say or as older servers need it",
        arguments: [
            ("GossipSeeds=h", nil), ("GossipSeeds=http://h1:1,http://h2", false),
            ("GossipSeeds=HTTPS://h1:1,https://h2:2;UseSslConnection=true", true),
            ("ConnectTo=discover://h;UseSslConnection=true;CompatibilityMode=5", false),
            ("GossipSeeds=h;UseSslConnection=true;CompatibilityMode=auto", nil),
        ]
    )
    func gossip(text: String, overTLS: Bool?) throws {
        #expect(try Client.Configuration(text).discovery.gossipOverTLS == overTLS)
    }

    @Test(
        "S59: a connection string of the .NET client that is wrong is refused, naming the part and its place",
        arguments: [
            ("MaxRetries=1", "at character 0: one of ConnectTo, GossipSeeds and ClusterDns is needed"),
            ("ConnectTo=tcp://h; GossipSeeds=h2", "at character 19: 'GossipSeeds' contradicts 'ConnectTo'"),
            ("ClusterDns=d;ConnectTo=tcp://h", "at character 0: 'ClusterDns' contradicts 'ConnectTo'"),
            ("ConnectTo=tcp://h;Colour=red", "at character 18: unknown setting 'Colour'"),
            ("ConnectTo=tcp://h;x", "at character 18: expected Key=Value; a value with a semicolon needs quotes"),
            (
                "DefaultUserCredentials=u:p;q;ConnectTo=tcp://h",
                "at character 27: expected Key=Value; a value with a semicolon needs quotes"
            ),
            (
                "DefaultUserCredentials=u:p;q=r;ConnectTo=tcp://h",
                "at character 27: unknown setting; credentials with a semicolon need quotes"
            ),
            ("ConnectTo=tcp://u:p;q@h;MaxRetries=1", "at character 20: expected Key=Value; a value with"),
            ("DefaultUserCredentials==u:p", "at character 23: a value that begins with = needs quotes"),
            (
                "DefaultUserCredentials=u:'p';ConnectTo=tcp://h",
                "at character 23: a value that ends with a quote needs quotes around all of it"
            ),
            ("ConnectTo=tcp://h;DefaultUserCredentials=u:p\"", "at character 41: a value that ends with a quote"),
            ("ConnectTo=tcp://h;connect to=tcp://h", "at character 18: 'ConnectTo' is given twice"),
            (
                "ConnectTo=tcp://h;RequireMaster=true;RequireLeader=true",
                "37: 'RequireLeader' sets the same as 'RequireMaster'"
            ),
            ("ConnectTo=tcp://h;MaxRetries=", "at character 29: MaxRetries is empty"),
            (
                "ConnectTo=tcp://h;MaxRetries=-2",
                "at character 29: MaxRetries must be a whole number, 0 or above, or -1"
            ),
            (
                "ConnectTo=tcp://h;OperationTimeout=5s",
                "at character 35: OperationTimeout must be a whole number of milliseconds above zero"
            ),
            ("ConnectTo=tcp://h;VerboseLogging='x", "at character 33: the quotes are not closed"),
            ("ConnectTo=tcp://h;VerboseLogging='x'y", "at character 36: only a semicolon can follow the closing quote"),
            ("ConnectTo=h", "at character 10: ConnectTo must begin with tcp:// or discover://"),
            ("ConnectTo='tcp://h''x'", "at character 18: ''' cannot be part of a host"),
            ("ConnectTo=tcp://h:1x", "at character 18: the port must be a number from 1 to 65535"),
            ("ConnectTo=tcp://h?x=y", "at character 17: '?' cannot be part of a host"),
            ("ConnectTo=discover://h1,h2", "at character 21: ConnectTo takes one host: use GossipSeeds for several"),
            ("GossipSeeds=h1,,h2", "at character 15: the host is missing"),
            ("GossipSeeds=http://h1,https://h2", "at character 22: all seeds must begin alike"),
            (
                "GossipSeeds=https://h;CompatibilityMode=5",
                "at character 22: 'CompatibilityMode' 5 contradicts https://"
            ),
            ("ConnectTo=tcp://h;CompatibilityMode=4", "at character 36: CompatibilityMode must be"),
            ("ConnectTo=tcp://h;GossipPort=1", "at character 18: 'GossipPort' goes with ClusterDns only"),
            (
                "ClusterDns=d;GossipPort=1;ExternalGossipPort=1",
                "at character 13: 'GossipPort' goes with ClusterDns only"
            ),
            ("ClusterDns=d;GossipPort=x", "at character 24: GossipPort must be a number from 1 to 65535"),
            ("ClusterDns=d:1", "at character 11: ClusterDns must be one name"),
            ("DefaultUserCredentials=u;ConnectTo=tcp://h", "at character 23: the credentials must be user:password"),
            ("ConnectTo=tcp://h;TargetHost=x", "at character 18: 'TargetHost' has no effect without TLS"),
            ("ConnectTo=tcp://h;UseSslConnection=true;SkipCertificateValidation=true", "at character 40: to skip"),
            (
                "ConnectTo=tcp://h;CustomHttpMessageHandler=Mine",
                "at character 43: CustomHttpMessageHandler must be"
            ),
        ]
    )
    func wrong(text: String, problem: String) throws {
        let error = try #require(throws: PhotonPumpError.self) { try Client.Configuration(text) }
        #expect(error.code == .invalidConfiguration)
        #expect(error.message.contains(problem), "\(error.message)")
    }
}
