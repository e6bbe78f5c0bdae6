#if Configuration
    import Configuration
    import Synchronization
    import Testing

    @testable import PhotonPump

    @Suite("Settings that swift-configuration reads")
    struct ConfigurationReaderTests {
        private final class Reported: AccessReporter {
            let secrets = Mutex<Set<String>>([])

            func report(_ event: AccessEvent) {
                guard case .success(let value?) = event.result, value.isSecret else { return }
                self.secrets.withLock { _ = $0.insert(event.metadata.key.description) }
            }
        }

        @Test("settings that swift-configuration reads can be all that there are")
        func all() async throws {
            for (configuration, url, settings) in GivenSettingsTests.examples {
                var values: [AbsoluteConfigKey: ConfigValue] = [
                    ["eventstore", "url"]: ConfigValue(.string(url), isSecret: false)
                ]
                for (name, text) in settings {
                    values[AbsoluteConfigKey(["eventstore", name])] = ConfigValue(.string(text), isSecret: false)
                }
                let reader = ConfigReader(provider: InMemoryProvider(values: values)).scoped(to: "eventstore")
                #expect(try await Client.Configuration(config: reader) == configuration)
            }
        }

        @Test("settings that swift-configuration reads from JSON may be numbers, flags and lists")
        func json() async throws {
            let json = """
                {
                  "photonpump": {
                    "url": "tls://ops:ops@h?maxWaiting=9", "connectionName": "app", "maxInFlight": 7,
                    "maxRetries": "unlimited", "resolveLinks": true, "requireMaster": false, "retryUnanswered": "false",
                    "operationTimeout": "5s", "tlsCAFile": "/a,b.pem", "tlsHostNames": ["a=b", "c=d"], "searchLimit": ""
                  }
                }
                """
            let provider = SnapshotProvider(
                of: try JSONSnapshot(data: Array(json.utf8).span.bytes, providerName: "JSON", parsingOptions: .default))
            let configuration = try await Client.Configuration(
                config: ConfigReader(provider: provider).scoped(to: "photonpump"))
            var expected = try Client.Configuration(
                """
                tls://ops:ops@h?connectionName=app&maxWaiting=9&maxInFlight=7&maxRetries=unlimited&resolveLinks=true&\
                requireMaster=false&retryUnanswered=false&operationTimeout=5s&tlsCAFile=/a,b.pem
                """)
            expected.tls?.expectedHostNames = ["a": "b", "c": "d"]
            #expect(configuration == expected)
        }

        @Test("settings that swift-configuration reads are put together where a source takes them apart at commas")
        func list() async throws {
            let reader = ConfigReader(
                provider: InMemoryProvider(values: [
                    "url": ConfigValue(.stringArray(["discover://h1:1", "h2:2"]), isSecret: false)
                ]))
            let configuration = try await Client.Configuration(config: reader)
            #expect(
                configuration.target
                    == .cluster(gossip: [Endpoint(host: "h1", port: 1), Endpoint(host: "h2", port: 2)]))
        }

        @Test("settings that swift-configuration reads are secrets if there may be a password in them")
        func secrets() async throws {
            let reported = Reported()
            let values: [AbsoluteConfigKey: ConfigValue] = [
                "url": "tls://h", "username": "ops", "password": "hunter2", "connectionName": "app",
            ]
            let configuration = try await Client.Configuration(
                config: ConfigReader(provider: InMemoryProvider(values: values), accessReporter: reported))
            #expect(configuration.credentials == Credentials(username: "ops", password: "hunter2"))
            #expect(reported.secrets.withLock { $0 } == ["url", "password"])
        }

        @Test("settings that swift-configuration reads from environment variables are those of the same names")
        func variables() async throws {
            let variables = [
                "PHOTONPUMP_URL": "tls://h", "PHOTONPUMP_TLS_CA_FILE": "ca.pem", "PHOTONPUMP_OPERATION_TIMEOUT": "5s",
                "PHOTONPUMP_GOSSIP_TLS": "false", "PHOTONPUMP_CONNECTION_NAME": "app", "PHOTONPUMP_MAX_IN_FLIGHT": "7",
                "PHOTONPUMP_USERNAME": "ops", "PHOTONPUMP_PASSWORD": "a,b%",
            ]
            let reader = ConfigReader(provider: EnvironmentVariablesProvider(environmentVariables: variables))
            let configuration = try await Client.Configuration(config: reader.scoped(to: "photonpump"))
            #expect(try configuration == Client.Configuration(environment: variables))
            #expect(configuration.tls?.trust == .authorities(.file("ca.pem")))
        }

        @Test(
            "settings that swift-configuration reads and that are wrong are refused, naming the key and no password",
            arguments: [
                (["url": "tcp://ops:hunter2@h:x"], "key 'url': connection string, at character 20"),
                (["password": "hunter2"], "key 'password': is set, but configuration key 'username' is not"),
                (
                    ["password": ConfigValue(.intArray([4, 2, 4, 2]), isSecret: false)],
                    "key 'password': could not be read as text"
                ),
                (["maxInFlight": 0.5], "key 'maxInFlight': could not be read as a whole number, 1 or above"),
                (["maxInFlight": "many"], "key 'maxInFlight': must be a whole number, 1 or above"),
                (["maxInFlight": -1], "key 'maxInFlight': must be a whole number, 1 or above"),
                (["resolveLinks": 2], "key 'resolveLinks': could not be read as true or false"),
                (["resolveLinks": "often"], "key 'resolveLinks': must be true or false"),
                (["operationTimeout": 5], "key 'operationTimeout': could not be read as a whole number above zero"),
                (
                    ["operationTimeout": "5"],
                    "key 'operationTimeout': must be a whole number above zero followed by ms,"
                ),
                (["tlsCaFile": "ca.pem"], "key 'tlsCAFile': has no effect without TLS: set configuration key 'tls'"),
            ] as [([AbsoluteConfigKey: ConfigValue], String)])
        func wrong(_ values: [AbsoluteConfigKey: ConfigValue], words: String) async throws {
            let reader = ConfigReader(provider: InMemoryProvider(values: values))
            let error = try #require(
                await #expect(throws: PhotonPumpError.self) { try await Client.Configuration(config: reader) })
            #expect(error.code == .invalidConfiguration)
            #expect(error.message.contains(words), "\(error.message)")
            #expect(!error.description.contains("hunter2") && !error.description.contains("4"), "\(error)")
        }

        @Test("settings that swift-configuration fails to read are refused, naming the key and the reason")
        func failing() async throws {
            struct Sealed: Error {}
            let sealed = ConfigReader(providers: [
                EnvironmentVariablesProvider(), SnapshotProvider(of: Failing(error: Sealed())),
            ])
            let error = try #require(
                await #expect(throws: PhotonPumpError.self) { try await Client.Configuration(config: sealed) })
            #expect(error.message == "configuration key 'url': could not be read as text")
            #expect(error.underlying is Sealed)

            let cancelled = ConfigReader(provider: SnapshotProvider(of: Failing(error: CancellationError())))
            await #expect(throws: CancellationError.self) { try await Client.Configuration(config: cancelled) }
        }
    }

    private struct Failing: ConfigSnapshot {
        let error: any Error
        let providerName = "Failing"

        func value(forKey key: AbsoluteConfigKey, type: ConfigType) throws -> LookupResult { throw self.error }
    }

    /// What a snapshot has.
    private struct SnapshotProvider: ConfigProvider {
        private let content: any ConfigSnapshot

        init(of content: any ConfigSnapshot) { self.content = content }

        var providerName: String { self.content.providerName }

        func snapshot() -> any ConfigSnapshot { self.content }

        func value(forKey key: AbsoluteConfigKey, type: ConfigType) throws -> LookupResult {
            try self.content.value(forKey: key, type: type)
        }

        func fetchValue(forKey key: AbsoluteConfigKey, type: ConfigType) async throws -> LookupResult {
            try self.value(forKey: key, type: type)
        }

        func watchValue<Return: ~Copyable>(
            forKey key: AbsoluteConfigKey,
            type: ConfigType,
            updatesHandler: (ConfigUpdatesAsyncSequence<Result<LookupResult, any Error>, Never>) async throws -> Return
        ) async throws -> Return {
            try await self.watchValueFromValue(forKey: key, type: type, updatesHandler: updatesHandler)
        }

        func watchSnapshot<Return: ~Copyable>(
            updatesHandler: (ConfigUpdatesAsyncSequence<any ConfigSnapshot, Never>) async throws -> Return
        ) async throws -> Return {
            try await self.watchSnapshotFromSnapshot(updatesHandler: updatesHandler)
        }
    }
#endif
