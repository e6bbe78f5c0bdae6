import Testing

@testable import PhotonPump

@Suite("Settings in environment variables")
struct EnvironmentVariablesTests {
    @Test("settings in environment variables are those of a server on this machine if there are none")
    func none() throws {
        let configuration = try Client.Configuration(environment: ["PATH": "/bin", "PHOTONPUMP_URL": ""])
        #expect(configuration.target == .node(Endpoint(host: "localhost", port: 1113)))
        #expect(configuration.credentials == nil)
    }

    @Test("settings in environment variables take precedence over those of the URL")
    func precedence() throws {
        let configuration = try Client.Configuration(environment: [
            "PHOTONPUMP_URL": "discover://ops:ops@h?operationTimeout=1s&maxRetries=3",
            "PHOTONPUMP_USERNAME": "admin", "PHOTONPUMP_PASSWORD": "a@b%",
            "PHOTONPUMP_OPERATION_TIMEOUT": "5s", "PHOTONPUMP_MAX_IN_FLIGHT": "7",
            "PHOTONPUMP_NODE_PREFERENCE": "follower",
            "PHOTONPUMP_TLS": "true", "PHOTONPUMP_TLS_CA_FILE": "/etc/ca.pem", "PHOTONPUMP_GOSSIP_TLS": "false",
            "PHOTONPUMP_GOSSIP_HOST_HEADER": "es.example:80",
        ])
        var expected = try Client.Configuration(
            "discover://h?tls=true&tlsCAFile=/etc/ca.pem&gossipTLS=false&gossipHostHeader=es.example:80&maxRetries=3")
        expected.credentials = Credentials(username: "admin", password: "a@b%")
        expected.operationTimeout = .seconds(5)
        expected.maximumInFlight = 7
        expected.nodePreference = .follower
        expected.connectionName = configuration.connectionName
        #expect(configuration == expected)
    }

    @Test("settings in environment variables can be all that there are")
    func all() throws {
        for (configuration, url, settings) in GivenSettingsTests.examples {
            var variables = ["PHOTONPUMP_URL": url]
            for (name, text) in settings {
                variables["PHOTONPUMP_\(name.words.joined(separator: "_").uppercased())"] = text
            }
            #expect(try Client.Configuration(environment: variables) == configuration, "\(variables)")
        }
    }

    @Test(
        "settings in environment variables that are wrong are refused, naming the variable and no password",
        arguments: [
            (["PHOTONPUMP_URL": "tcp://h:x"], "PHOTONPUMP_URL: connection string, at character 8"),
            (["PHOTONPUMP_OPERATION_TIMEOUT": "5"], "PHOTONPUMP_OPERATION_TIMEOUT: must be a whole number above zero"),
            (["PHOTONPUMP_USERNAME": "admin"], "PHOTONPUMP_USERNAME: is set, but PHOTONPUMP_PASSWORD is not"),
            (["PHOTONPUMP_PASSWORD": "hunter2"], "PHOTONPUMP_PASSWORD: is set, but PHOTONPUMP_USERNAME is not"),
            (["PHOTONPUMP_TLS_HOST_NAME": "es"], "PHOTONPUMP_TLS_HOST_NAME: has no effect without TLS"),
            (
                ["PHOTONPUMP_URL": "tls://h?tlsVerifyCert=false", "PHOTONPUMP_TLS_CA_FILE": "ca.pem"],
                "PHOTONPUMP_TLS_CA_FILE: contradicts the setting not to verify certificates"
            ),
            (
                ["PHOTONPUMP_URL": "tls://h", "PHOTONPUMP_TLS_CERT_FILE": "c.pem"],
                "PHOTONPUMP_TLS_CERT_FILE: is set, but PHOTONPUMP_TLS_KEY_FILE is not"
            ),
            (
                ["PHOTONPUMP_URL": "tls://h", "PHOTONPUMP_TLS_KEY_FILE": "k.pem"],
                "PHOTONPUMP_TLS_KEY_FILE: is set, but PHOTONPUMP_TLS_CERT_FILE is not"
            ),
        ])
    func wrong(_ variables: [String: String], words: String) throws {
        let error = try #require(throws: PhotonPumpError.self) { try Client.Configuration(environment: variables) }
        #expect(error.code == .invalidConfiguration)
        #expect(error.message.contains(words), "\(error.message)")
        #expect(!error.description.contains("hunter2"))
    }
}
