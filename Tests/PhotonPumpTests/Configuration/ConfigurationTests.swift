import Testing

@testable import PhotonPump

@Suite("The configuration")
struct ConfigurationTests {
    @Test("is accepted with its defaults")
    func defaults() throws {
        _ = try Client.Configuration().validated()
    }

    @Test("is refused when a setting cannot work, naming it")
    func wrong() throws {
        let changes: [(String, (inout Client.Configuration) -> Void)] = [
            ("host is empty", { $0.endpoint.host = "" }),
            ("port 0", { $0.endpoint.port = 0 }),
            ("port 65536", { $0.endpoint.port = 65536 }),
            ("operationTimeout", { $0.operationTimeout = .zero }),
            ("connectTimeout", { $0.connectTimeout = .zero }),
            ("heartbeat.interval", { $0.heartbeat.interval = .seconds(-1) }),
            ("heartbeat.timeout", { $0.heartbeat.timeout = .zero }),
            ("operationTimeout", { $0.operationTimeout = .seconds(Int64.max) }),
            ("connectionName has 40000 bytes", { $0.connectionName = String(repeating: "n", count: 40_000) }),
            ("maximumInFlight", { $0.maximumInFlight = 0 }),
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

    @Test("does not show the password when it is printed or dumped")
    func secrets() {
        let configuration = Client.Configuration(credentials: Credentials(username: "admin", password: "hunter2"))
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in ["\(configuration)", String(reflecting: configuration), dumped] {
            #expect(!text.contains("hunter2"))
            #expect(text.contains("admin"))
        }
    }
}
