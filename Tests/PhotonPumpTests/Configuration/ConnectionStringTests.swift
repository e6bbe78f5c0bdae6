import Testing

@testable import PhotonPump

@Suite("A connection string")
struct ConnectionStringTests {
    struct Good: Sendable {
        let text: String
        let endpoint: Endpoint
        var credentials: Credentials?
    }

    @Test(
        "names host, port and user",
        arguments: [
            Good(text: "tcp://localhost", endpoint: Endpoint(host: "localhost", port: 1113)),
            Good(text: "TCP://db.example:2000/", endpoint: Endpoint(host: "db.example", port: 2000)),
            Good(text: "tcp://[::1]", endpoint: Endpoint(host: "::1", port: 1113)),
            Good(text: "tcp://[fe80::1]:65535", endpoint: Endpoint(host: "fe80::1", port: 65535)),
            Good(
                text: "tcp://admin:changeit@127.0.0.1:1113",
                endpoint: Endpoint(host: "127.0.0.1", port: 1113),
                credentials: Credentials(username: "admin", password: "changeit")
            ),
            Good(
                text: "tcp://a%40b:p%3Aa%2Fs%25%C3%BC:s@h",
                endpoint: Endpoint(host: "h", port: 1113),
                credentials: Credentials(username: "a@b", password: "p:a/s%ü:s")
            ),
        ]
    )
    func good(_ good: Good) throws {
        let configuration = try Client.Configuration(good.text)
        #expect(configuration.target == .node(good.endpoint))
        #expect(configuration.credentials == good.credentials)
    }

    @Test("carries settings")
    func settings() throws {
        let text = "tcp://h?connectionName=my%20app&ConnectTimeout=2s&heartbeatInterval=750ms&heartbeattimeout=1m"
        let configuration = try Client.Configuration(text)
        #expect(configuration.connectionName == "my app")
        #expect(configuration.connectTimeout == .seconds(2))
        #expect(configuration.heartbeat.interval == .milliseconds(750))
        #expect(configuration.heartbeat.timeout == .seconds(60))
    }

    @Test(
        "that is wrong is refused, naming the part and its place (S59)",
        arguments: [
            ("", "at character 0: the scheme is not tcp://"),
            ("http://h", "at character 0: the scheme is not tcp://"),
            ("tcp://", "at character 6: the host is missing"),
            ("tcp://:1113", "at character 6: the host is missing"),
            ("tcp://h:", "at character 8: the port is no number from 1 to 65535"),
            ("tcp://h:0", "at character 8: the port is no number from 1 to 65535"),
            ("tcp://h:65536", "at character 8: the port is no number from 1 to 65535"),
            ("tcp://h:+1", "at character 8: the port is no number from 1 to 65535"),
            ("tcp://::1:1113", "at character 6: an IPv6 address needs brackets"),
            ("tcp://[::1", "at character 6: the bracket of the IPv6 address is not closed"),
            ("tcp://[::1]x", "at character 11: there is more than a port behind the IPv6 address"),
            ("tcp://h1,h2", "at character 8: ',' cannot be part of a host"),
            ("tcp://a host", "at character 7: ' ' cannot be part of a host"),
            ("tcp://admin@h", "at character 6: the password is missing (user:password@)"),
            ("tcp://:p@h", "at character 6: the user name is empty"),
            ("tcp://admin:@h", "at character 12: the password is empty"),
            ("tcp://a%4:p@h", "at character 6: the user name has a % without two hexadecimal digits"),
            ("tcp://a:%ff@h", "at character 8: the password is not UTF-8 when its % are decoded"),
            ("tcp://a:p?q@h", "at character 10: a ? before the @, or an @ in a setting, must be percent-encoded"),
            ("tcp://h?colour=red", "at character 8: 'colour' is no setting"),
            ("tcp://h?connectTimeout", "at character 8: this is no setting=value"),
            ("tcp://h?connectTimeout=1s&connecttimeout=2s", "at character 26: 'connecttimeout' is given twice"),
            ("tcp://h?connectTimeout=5", "connectTimeout is no duration"),
            ("tcp://h?connectTimeout=0s", "connectTimeout is no duration"),
            ("tcp://h?connectTimeout=-1s", "connectTimeout is no duration"),
        ]
    )
    func wrong(text: String, problem: String) throws {
        let error = try #require(throws: PhotonPumpError.self) { try Client.Configuration(text) }
        #expect(error.code == .invalidConfiguration)
        #expect(error.message.contains(problem), "\(error.message)")
    }

    @Test(
        "never has its password repeated by an error",
        arguments: [
            "tcp://admin:hunter2", "tcp://admin:hunter2@", "tcp://admin:hunter2@h:x", "tcp://admin:hunter2?@h",
            "tcp://admin:hunter2%@h", "tcp://admin:hunter2@h?x=1", "http://admin:hunter2@h", "tcp://hunter2@h",
            "tcp://admin:x?hunter2@h",
        ]
    )
    func secrets(text: String) throws {
        let error = try #require(throws: PhotonPumpError.self) { try Client.Configuration(text) }
        #expect(!"\(error)".contains("hunter2"), "\(error)")
    }
}
