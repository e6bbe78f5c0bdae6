import Testing

@testable import PhotonPump

@Suite("The configuration")
struct ConfigurationTests {
    @Test("the configuration is accepted with its defaults")
    func defaults() throws {
        _ = try Client.Configuration().validated()
    }

    @Test("the configuration is refused when a setting cannot work, naming it")
    func wrong() throws {
        func tls(_ change: (inout TLSSettings) -> Void) -> TLSSettings {
            var settings = TLSSettings()
            change(&settings)
            return settings
        }
        let changes: [(String, (inout Client.Configuration) -> Void)] = [
            ("host is empty", { $0.target = .node(Endpoint(host: "")) }),
            ("port 0", { $0.target = .node(Endpoint(host: "h", port: 0)) }),
            ("port 65536", { $0.target = .node(Endpoint(host: "h", port: 65536)) }),
            ("target: a cluster needs an endpoint", { $0.target = .cluster(gossip: []) }),
            ("target: the host is empty", { $0.target = .cluster(gossip: [Endpoint(host: "h"), Endpoint(host: "")]) }),
            ("cannot be part of a host", { $0.target = .node(Endpoint(host: "h\0")) }),
            // A mark that combines with what is in front of it hides it from those who compare characters.
            ("cannot be part of a host", { $0.target = .node(Endpoint(host: "h/\u{301}")) }),
            ("tls.expectedHostName contains a NUL", { $0.tls = tls { $0.expectedHostName = "h\0\u{301}" } }),
            ("tls.expectedHostName is not a host", { $0.tls = tls { $0.expectedHostName = "*\u{301}.test" } }),
            ("tls.expectedHostName is empty", { $0.tls = tls { $0.expectedHostName = "" } }),
            ("tls.expectedHostName is not a host", { $0.tls = tls { $0.expectedHostName = ".test" } }),
            ("tls.expectedHostName is not a host", { $0.tls = tls { $0.expectedHostName = "*.test" } }),
            ("tls.expectedHostName is not a host", { $0.tls = tls { $0.expectedHostName = "localhost/x?" } }),
            ("tls.expectedHostName is not a host", { $0.tls = tls { $0.expectedHostName = "h\u{1b}[2J" } }),
            (
                "tls.trust: what names the authorities is empty",
                { $0.tls = tls { $0.trust = .authorities(.file("")) } }
            ),
            (
                "tls.clientCertificate.certificate is empty",
                { $0.tls = tls { $0.clientCertificate = .init(certificate: .file(""), key: .file("key.pem")) } }
            ),
            (
                "tls.clientCertificate.key contains a NUL",
                { $0.tls = tls { $0.clientCertificate = .init(certificate: .file("c.pem"), key: .file("k\0")) } }
            ),
            (
                "tls.expectedHostNames for 10.0.0.1 is not a host name",
                { $0.tls = tls { $0.expectedHostNames = ["10.0.0.1": "*.example"] } }
            ),
            ("tls.expectedHostNames: a key is not", { $0.tls = tls { $0.expectedHostNames = ["a,b": "c"] } }),
            ("target: the name of the SRV records is not", { $0.target = .service("a,b") }),
            ("socket.keepAlive 500 ms is not between 1 s", { $0.socket.keepAlive = .milliseconds(500) }),
            ("socket.keepAliveInterval and", { $0.socket.keepAliveInterval = .seconds(1) }),
            ("socket.keepAliveCount 128", { ($0.socket.keepAlive, $0.socket.keepAliveCount) = (.seconds(1), 128) }),
            ("socket.sendBufferSize 0", { $0.socket.sendBufferSize = 0 }),
            ("socket.receiveBufferSize -1", { $0.socket.receiveBufferSize = -1 }),
            ("socket.localAddress is not a numeric", { $0.socket.localAddress = "localhost" }),
            ("queueTimeout", { $0.queueTimeout = .zero }),
            ("discovery.maximumAttempts is 0", { $0.discovery.maximumAttempts = 0 }),
            ("discovery.interval", { $0.discovery.interval = .zero }),
            ("discovery.gossipTimeout", { $0.discovery.gossipTimeout = .seconds(-1) }),
            ("discovery.backgroundInterval", { $0.discovery.backgroundInterval = .zero }),
            ("discovery.hostHeader is not a host or host:port", { $0.discovery.hostHeader = "" }),
            ("discovery.hostHeader is not", { $0.discovery.hostHeader = "es.example\r\nX-Forwarded-For: 10.0.0.1" }),
            ("discovery.hostHeader is not", { $0.discovery.hostHeader = "es\u{1b}[2J" }),
            ("discovery.hostHeader is not", { $0.discovery.hostHeader = "http://es.example/" }),
            ("reconnection.maximumAttempts is -1", { $0.reconnection.maximumAttempts = -1 }),
            ("reconnection.firstDelay", { $0.reconnection.firstDelay = .zero }),
            ("reconnection.firstDelay is longer", { $0.reconnection.firstDelay = .seconds(6) }),
            ("reconnection.maximumDelay", { $0.reconnection.maximumDelay = .seconds(Int64.max) }),
            ("retries.maximum is -1", { $0.retries.maximum = -1 }),
            ("maximumWaiting", { $0.maximumWaiting = 0 }),
            ("operationTimeout", { $0.operationTimeout = .zero }),
            ("connectTimeout", { $0.connectTimeout = .zero }),
            ("heartbeat.interval", { $0.heartbeat.interval = .seconds(-1) }),
            ("heartbeat.timeout", { $0.heartbeat.timeout = .zero }),
            ("operationTimeout", { $0.operationTimeout = .seconds(Int64.max) }),
            ("connectionName has 40000 bytes", { $0.connectionName = String(repeating: "n", count: 40_000) }),
            ("maximumInFlight is 0, which is below 1", { $0.maximumInFlight = 0 }),
            ("maximumFrameSize 17", { $0.maximumFrameSize = 17 }),
            ("user name is empty", { $0.credentials = Credentials(username: "", password: "p") }),
            ("password is empty", { $0.credentials = Credentials(username: "u", password: "") }),
            (
                "password has 256 bytes, more than 255",
                { $0.credentials = Credentials(username: "u", password: String(repeating: "ü", count: 128)) }
            ),
        ]
        for (problem, change) in changes {
            var configuration = Client.Configuration()
            change(&configuration)
            let error = try #require(throws: PhotonPumpError.self) { try Client(configuration) }
            #expect(error.code == .invalidConfiguration)
            #expect(error.message.contains(problem), "\(error.message)")
        }
    }

    @Test(
        "the configuration says what it gives up of the safety of TLS, and which times are hardly meant",
        arguments: [
            ("tcp://h", []), ("tls://h", []), ("tls://h?tlsVerifyCert=false", ["without verification"]),
            ("discover://h?tls=true", []), ("discover://h?tls=true&gossipTLS=false", ["gossip without TLS"]),
            ("discover://h?gossipTLS=false", []),
            ("discover+srv://h", []), ("discover+srv://h?tls=true", ["SRV records choose the names"]),
            ("discover+srv://h?tls=true&tlsCAFile=ca.pem", []),
            ("esdb://h?defaultDeadline=5&gossipTimeout=50", ["operationTimeout is only"]),
            ("esdb://h?defaultDeadline=50&gossipTimeout=5", ["discovery.gossipTimeout is only"]),
            ("ConnectTo=discover://h; UseSslConnection=true; CompatibilityMode=5", ["gossip without TLS"]),
            ("discover://h?tls=true&gossipTLS=false&tlsCAFile=ca.pem", []),
            ("discover://h?tls=true&gossipTLS=false&tlsHostName=es.example", []),
            (
                "discover://h?tls=true&gossipTLS=false&tlsHostName=es.example&credentialsInClear=true",
                ["credentials are sent without TLS"]
            ),
        ] as [(String, [String])])
    func risks(url: String, expected: [String]) throws {
        let risks = try Client.Configuration(url).risks
        #expect(risks.count == expected.count, "\(risks)")
        for (risk, words) in zip(risks, expected) { #expect(risk.contains(words)) }
    }

    @Test("the configuration does not show the password when a client with it is dumped")
    func dumped() throws {
        let configuration = Client.Configuration(credentials: Credentials(username: "admin", password: "hunter2"))
        var dumped = ""
        dump(try Client(configuration), to: &dumped)
        #expect(dumped.contains("admin"))
        #expect(!dumped.contains("hunter2"))
    }

    @Test("the configuration does not show the password when it is printed or dumped")
    func secrets() {
        var configuration = Client.Configuration(credentials: Credentials(username: "admin", password: "hunter2"))
        configuration.tls = TLSSettings()
        configuration.tls?.clientCertificate = .init(certificate: .file("cert.pem"), key: .text("hunter2"))
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in ["\(configuration)", String(reflecting: configuration), dumped] {
            #expect(!text.contains("hunter2"))
            #expect(text.contains("admin"))
        }
    }
}
