import Testing

@testable import PhotonPump

@Suite("A connection string")
struct ConnectionStringTests {
    struct Good: Sendable {
        let text: String
        let target: Client.Configuration.Target
        var credentials: Credentials?
        var isSecure = false
    }

    @Test(
        "S59: a connection string names hosts, ports and the user",
        arguments: [
            Good(text: "tcp://localhost", target: .node(Endpoint(host: "localhost", port: 1113))),
            Good(text: "TCP://db.example:2000/", target: .node(Endpoint(host: "db.example", port: 2000))),
            Good(text: "tcp://[::1]", target: .node(Endpoint(host: "::1", port: 1113))),
            Good(text: "tcp://[fe80::1]:65535", target: .node(Endpoint(host: "fe80::1", port: 65535))),
            Good(text: "h", target: .node(Endpoint(host: "h", port: 1113))),
            Good(
                text: "admin:changeit@[::1]:9?operationTimeout=1s", target: .node(Endpoint(host: "::1", port: 9)),
                credentials: Credentials(username: "admin", password: "changeit")),
            Good(
                text: "tcp://admin:changeit@127.0.0.1:1113",
                target: .node(Endpoint(host: "127.0.0.1", port: 1113)),
                credentials: Credentials(username: "admin", password: "changeit")
            ),
            Good(
                text: "tcp://a%40b:p%3Aa%2Fs%25%C3%BC:s@h",
                target: .node(Endpoint(host: "h", port: 1113)),
                credentials: Credentials(username: "a@b", password: "p:a/s%ü:s")
            ),
            // These marks combine with what is in front of them, or behind.
            Good(text: "\u{301}x", target: .node(Endpoint(host: "\u{301}x", port: 1113))),
            Good(text: "tcp://\u{301}x:7", target: .node(Endpoint(host: "\u{301}x", port: 7))),
            Good(text: "x\u{D4E}:7", target: .node(Endpoint(host: "x\u{D4E}", port: 7))),
            Good(text: "tls://h", target: .node(Endpoint(host: "h", port: 1115)), isSecure: true),
            Good(text: "tls://h:1113?tls=true", target: .node(Endpoint(host: "h", port: 1113)), isSecure: true),
            Good(text: "tcp://h?tls=False", target: .node(Endpoint(host: "h", port: 1113))),
            Good(
                text: "discover://cluster.example",
                target: .cluster(gossip: [Endpoint(host: "cluster.example", port: 2113)])),
            Good(
                text: "discover://u:p@h1:1,[::1]:2,h3/?tls=true",
                target: .cluster(
                    gossip: [
                        Endpoint(host: "h1", port: 1), Endpoint(host: "::1", port: 2), Endpoint(host: "h3", port: 2113),
                    ]
                ),
                credentials: Credentials(username: "u", password: "p"),
                isSecure: true
            ),
            Good(
                text: "discover+srv://u:p@ponies.example?tls=true", target: .service("_eventstore._tcp.ponies.example"),
                credentials: Credentials(username: "u", password: "p"), isSecure: true),
            Good(text: "discover+srv://_es._tcp.ponies.example", target: .service("_es._tcp.ponies.example")),
            Good(text: "esdb://h1:1", target: .cluster(gossip: [Endpoint(host: "h1", port: 1)]), isSecure: true),
            Good(
                text: "esdb://u:p@h1,h2?TLS=false&tlsverifycert=false",
                target: .cluster(gossip: [Endpoint(host: "h1", port: 2113), Endpoint(host: "h2", port: 2113)]),
                credentials: Credentials(username: "u", password: "p")
            ),
            Good(
                text: "esdb+discover://dns.example",
                target: .cluster(gossip: [Endpoint(host: "dns.example", port: 2113)]),
                isSecure: true
            ),
        ]
    )
    func good(_ good: Good) throws {
        let configuration = try Client.Configuration(good.text)
        #expect(configuration.target == good.target)
        #expect(configuration.credentials == good.credentials)
        #expect((configuration.tls != nil) == good.isSecure)
    }

    @Test("a connection string carries settings")
    func settings() throws {
        let configuration = try Client.Configuration(
            """
            discover://h?connectionName=my%20app&ConnectTimeout=2s&heartbeatInterval=750ms&heartbeattimeout=1m\
            &tls=true&tlsCAFile=/etc/ca.pem&tlsHostName=es&tlsCertFile=c.pem&tlsKeyFile=k.pem&gossipTLS=false\
            &nodePreference=Slave&requireMaster=false&maxDiscoverAttempts=3&discoveryInterval=1s&gossipTimeout=4s\
            &gossipInterval=30s&maxReconnects=0&reconnectDelay=1s&maxReconnectDelay=9s&operationTimeout=7s\
            &queueTimeout=6s&maxRetries=unlimited&retryUnanswered=false&maxInFlight=7&maxWaiting=8&maxFrameSize=100000
            """
        )
        var expected = Client.Configuration(.cluster(gossip: [Endpoint(host: "h", port: 2113)]))
        expected.connectionName = "my app"
        expected.connectTimeout = .seconds(2)
        expected.heartbeat.interval = .milliseconds(750)
        expected.heartbeat.timeout = .seconds(60)
        var tls = TLSSettings()
        tls.trust = .authorities(.file("/etc/ca.pem"))
        tls.expectedHostName = "es"
        tls.clientCertificate = .init(certificate: .file("c.pem"), key: .file("k.pem"))
        expected.tls = tls
        expected.discovery.gossipOverTLS = false
        expected.nodePreference = .follower
        expected.requireMaster = false
        expected.discovery.maximumAttempts = 3
        expected.discovery.interval = .seconds(1)
        expected.discovery.gossipTimeout = .seconds(4)
        expected.discovery.backgroundInterval = .seconds(30)
        expected.reconnection.maximumAttempts = 0
        expected.reconnection.firstDelay = .seconds(1)
        expected.reconnection.maximumDelay = .seconds(9)
        expected.operationTimeout = .seconds(7)
        expected.queueTimeout = .seconds(6)
        expected.retries.maximum = nil
        expected.retries.afterNoAnswer = false
        expected.maximumInFlight = 7
        expected.maximumWaiting = 8
        expected.maximumFrameSize = 100_000
        #expect(configuration == expected)
    }

    @Test("a connection string of a gRPC client can switch heartbeats off")
    func withoutHeartbeats() throws {
        let configuration = try Client.Configuration("esdb://h?tls=false&keepAliveInterval=-1").validated().settings
        #expect(configuration.heartbeat.interval == CallTerms.longest)
    }

    @Test("a connection string of a gRPC client has its settings in milliseconds")
    func grpcSettings() throws {
        let configuration = try Client.Configuration(
            """
            esdb://h?connectionName=app&nodePreference=readOnlyReplica&tlsVerifyCert=false&maxDiscoverAttempts=-1\
            &discoveryInterval=100&gossipTimeout=5000&defaultDeadline=3000&keepAliveInterval=10000\
            &keepAliveTimeout=20000&throwOnAppendFailure=true&userCertFile=c&userKeyFile=k
            """
        )
        var expected = Client.Configuration(.cluster(gossip: [Endpoint(host: "h", port: 2113)]))
        expected.connectionName = "app"
        expected.nodePreference = .readOnlyReplica
        var tls = TLSSettings()
        tls.trust = .insecureWithoutVerification
        tls.clientCertificate = .init(certificate: .file("c"), key: .file("k"))
        expected.tls = tls
        expected.discovery.interval = .milliseconds(100)
        expected.discovery.gossipTimeout = .seconds(5)
        expected.operationTimeout = .seconds(3)
        expected.heartbeat.interval = .seconds(10)
        expected.heartbeat.timeout = .seconds(20)
        #expect(configuration == expected)
    }

    @Test(
        "S59: a connection string that is wrong is refused, naming the part and its place",
        arguments: [
            ("", "at character 0: expected scheme://host:port?setting=value or Key=Value"),
            ("?tls=true", "at character 0: expected scheme://host:port?setting=value or Key=Value"),
            ("local host", "at character 5: "),
            ("esdb://h?keepAliveInterval=-2", "milliseconds above zero and at most a year, or -1 for never"),
            ("http://h", "at character 0: unknown scheme: use one of tcp://, tls://, discover://"),
            ("tcp://", "at character 6: the host is missing"),
            ("tcp://?tls=false", "at character 6: the host is missing"),
            ("tcp://:1113", "at character 6: the host is missing"),
            ("discover://h1,,h3", "at character 14: the host is missing"),
            ("discover://h1,", "at character 14: the host is missing"),
            ("tcp://h:", "at character 8: the port must be a number from 1 to 65535"),
            ("tcp://h:0", "at character 8: the port must be a number from 1 to 65535"),
            ("tcp://h:65536", "at character 8: the port must be a number from 1 to 65535"),
            ("tcp://h:+1", "at character 8: the port must be a number from 1 to 65535"),
            ("discover://h1:1,h2:x", "at character 19: the port must be a number from 1 to 65535"),
            ("tcp://::1:1113", "at character 6: an IPv6 address needs brackets"),
            ("tcp://[::1", "at character 6: the bracket of the IPv6 address is not closed"),
            ("tcp://[::1]x", "at character 11: only a port can follow the IPv6 address"),
            ("tcp://h1,h2", "at character 6: tcp://… takes one server: use discover:// for several"),
            ("discover+srv://h:1", "at character 15: discover+srv://… takes one name without a port"),
            ("discover+srv://h1,h2", "at character 15: discover+srv://… takes one name without a port"),
            ("tls://h?tlsHostNames=10.0.0.1", "tlsHostNames must be host=name,host=name"),
            ("tls://h?tlsHostNames=a=b,a=c", "tlsHostNames must be host=name,host=name"),
            ("tcp://h?tlsHostNames=a=b", "'tlsHostNames' has no effect without TLS"),
            ("tcp://a host", "at character 7: ' ' cannot be part of a host"),
            ("tcp://admin@h", "at character 6: the password is missing (user:password@)"),
            ("tcp://:p@h", "at character 6: the user name is empty"),
            ("tcp://admin:@h", "at character 12: the password is empty"),
            ("tcp://a%4:p@h", "at character 6: the user name has a % without two hexadecimal digits"),
            ("tcp://a:%ff@h", "at character 8: the password is not valid UTF-8 once its percent-encoding is decoded"),
            ("tcp://a:p?q@h", "at character 10: a ? before the @, or an @ in a setting, must be percent-encoded"),
            ("tcp://h?colour=red", "at character 8: unknown setting 'colour'"),
            ("esdb://h?operationTimeout=1s", "at character 9: unknown setting 'operationTimeout'"),
            ("tcp://h?connectTimeout", "at character 8: expected setting=value"),
            ("tcp://h?", "at character 8: expected setting=value"),
            ("tcp://h?connectTimeout=1s&connecttimeout=2s", "at character 26: 'connectTimeout' is given twice"),
            (
                "tcp://h?connectTimeout=5",
                "at character 23: connectTimeout must be a whole number above zero followed by"
            ),
            ("tcp://h?connectTimeout=", "at character 23: connectTimeout is empty"),
            ("tcp://h?connectTimeout=31536001s", "connectTimeout must be a whole number above zero followed by"),
            ("tcp://h?connectTimeout=9223372036854775807m", "connectTimeout must be a whole number above zero"),
            ("tcp://h?connectTimeout=0s", "connectTimeout must be a whole number above zero followed by"),
            ("tcp://h?connectTimeout=-1s", "connectTimeout must be a whole number above zero followed by"),
            (
                "tcp://h?connectTimeout=99999999999999999999s",
                "connectTimeout must be a whole number above zero followed by"
            ),
            ("tcp://h?connectTimeout=%zz", "at character 23: connectTimeout has a % without two hexadecimal digits"),
            (
                "esdb://h?gossipTimeout=5s",
                "at character 23: gossipTimeout must be a whole number of milliseconds above zero"
            ),
            ("tcp://h?maxRetries=-1", "at character 19: maxRetries must be a whole number, 0 or above, or unlimited"),
            ("tcp://h?requireMaster=yes", "at character 22: requireMaster must be true or false"),
            ("tcp://h?nodePreference=best", "at character 23: nodePreference must be master, follower, random or"),
            ("tls://h?tls=false", "at character 8: tls=false contradicts tls://"),
            ("tcp://h?tls=true", "at character 8: tls=true contradicts tcp://"),
            ("tcp://h?tlsCAFile=x", "at character 8: 'tlsCAFile' has no effect without TLS"),
            ("tcp://h?tlsVerifyCert=false", "at character 8: 'tlsVerifyCert' has no effect without TLS"),
            ("discover://h?tls=false&tlsHostName=x", "at character 23: 'tlsHostName' has no effect without TLS"),
            (
                "tls://h?tlsVerifyCert=false&tlsCAFile=x",
                "at character 28: 'tlsCAFile' contradicts the setting not to verify"
            ),
            (
                "tls://h?tlsKeyFile=x",
                "at character 8: 'tlsKeyFile' is given alone"
            ),
        ]
    )
    func wrong(text: String, problem: String) throws {
        let error = try #require(throws: PhotonPumpError.self) { try Client.Configuration(text) }
        #expect(error.code == .invalidConfiguration)
        #expect(error.message.contains(problem), "\(error.message)")
    }

    @Test(
        "a connection string never has its password repeated by an error",
        arguments: [
            "tcp://admin:hunter2", "tcp://admin:hunter2@", "tcp://admin:hunter2@h:x", "tcp://admin:hunter2?@h",
            "tcp://admin:hunter2%@h", "tcp://admin:hunter2@h?x=1", "http://admin:hunter2@h", "tcp://hunter2@h",
            "tcp://admin:x?hunter2@h", "ConnectTo=tcp://admin:a;hunter2=b@h",
            "DefaultUserCredentials=admin:a;hunter2=b",
            "DefaultUserCredentials=hunter2;ConnectTo=tcp://h", "DefaultUserCredentials='admin:hunter2' x",
            "ConnectTo=udp://admin:hunter2@h", "admin:hunter2@h=x",
        ]
    )
    func secrets(text: String) throws {
        let error = try #require(throws: PhotonPumpError.self) { try Client.Configuration(text) }
        #expect(!"\(error)".contains("hunter2"), "\(error)")
    }
}
