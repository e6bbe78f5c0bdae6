import EmbeddedEventStore
import PhotonPump
import Synchronization
import Testing

@Suite("Credentials", .timeLimit(.minutes(1)), .enabled(if: TestServer.isEmbedded, "needs users and faults of its own"))
struct CredentialsTests {
    private static let secret = "only-for-admins"
    private static let ann = Credentials(username: "ann", password: "first")

    /// Runs `body` with a server that knows ann, and has a stream that only administrators may read.
    private static func withServer(_ body: (EmbeddedServer, Client.Configuration) async throws -> Void) async throws {
        var settings = EmbeddedServer.Configuration()
        settings.httpPort = 0
        settings.users.append(.init(name: "ann", password: "first"))
        try await withEmbeddedServer(settings, logger: .silent) { server in
            var configuration = try Client.Configuration(server.connectionString)
            try await withClient(configuration, logger: .silent) { client in
                try await client.publishEvent(Pony(name: "Derpy").event(), to: self.secret)
                try await client.setMetadata(
                    StreamMetadata(acl: StreamACL(read: ["$admins"])), of: self.secret, expecting: .any)
            }
            configuration.credentials = self.ann
            try await body(server, configuration)
        }
    }

    @Test("credentials can be changed on a live connection, which is kept")
    func change() async throws {
        try await Self.withServer { server, configuration in
            try await withClient(configuration, logger: .silent) { client in
                let changes = await client.changes
                #expect(try await failure { try await client.getEvent(0, in: Self.secret) }.code == .accessDenied)
                try await client.changeCredentials(to: Credentials(username: "admin", password: "changeit"))
                _ = try await client.getEvent(0, in: Self.secret)
                // And after a loss.
                await server.dropConnections()
                _ = try await client.getEvent(0, in: Self.secret)
                await client.close()
                var connections = 0
                for await case .connected in changes { connections += 1 }
                #expect(connections == 1, "connected anew for the loss alone")
            }
        }
    }

    @Test("credentials that the server does not accept change nothing")
    func refused() async throws {
        try await Self.withServer { _, configuration in
            try await withClient(configuration, logger: .silent) { client in
                try await client.changeCredentials(to: Credentials(username: "admin", password: "changeit"))
                for wrong in [Credentials(username: "admin", password: "no"), .init(username: "nobody", password: "x")]
                {
                    let error = try await failure { try await client.changeCredentials(to: wrong) }
                    #expect(error.code == .notAuthenticated)
                }
                let empty = Credentials(username: "admin", password: "")
                #expect(try await failure { try await client.changeCredentials(to: empty) }.code == .invalidArgument)
                _ = try await client.getEvent(0, in: Self.secret)
            }
        }
    }

    @Test("credentials from a closure are asked for anew for each connection")
    func provider() async throws {
        try await Self.withServer { server, configuration in
            let asked = Mutex(0)
            let client = try Client(
                configuration,
                credentials: {
                    let count = asked.withLock { count in
                        count += 1
                        return count
                    }
                    return count == 1 ? Self.ann : Credentials(username: "admin", password: "changeit")
                },
                logger: .silent
            )
            #expect(try await failure { try await client.getEvent(0, in: Self.secret) }.code == .accessDenied)
            await server.dropConnections()
            _ = try await client.getEvent(0, in: Self.secret)
            #expect(asked.withLock { $0 } == 2)
            await client.close()
        }
    }

    @Test("a credentials provider that fails ends the attempt with the cause, and is asked again")
    func failingProvider() async throws {
        struct VaultIsSealed: Error {}
        try await Self.withServer { _, configuration in
            let sealed = Mutex(true)
            let client = try Client(
                configuration,
                credentials: {
                    if sealed.withLock({ $0 }) { throw VaultIsSealed() }
                    return Self.ann
                },
                logger: .silent
            )
            let error = try await failure { try await client.connect() }
            #expect(error.code == .connectionFailed)
            #expect(error.underlying is VaultIsSealed || "\(error)".contains("VaultIsSealed"))
            sealed.withLock { $0 = false }
            try await client.ping()
            await client.close()
        }
    }

    @Test("a credentials provider that takes too long is what the error is about", arguments: [false, true])
    func slowProvider(byGossip: Bool) async throws {
        try await withEmbeddedCluster(.init(size: 1), logger: .silent) { cluster in
            let url = byGossip ? cluster.connectionString : cluster.nodes[0].connectionString
            var configuration = try Client.Configuration(url)
            configuration.connectTimeout = .seconds(1)
            let provider: Client.CredentialsProvider = {
                try await Task.sleep(for: .seconds(3600))
                return nil
            }
            let client = try Client(configuration, credentials: provider, logger: .silent)
            let error = try await failure { try await client.connect() }
            #expect(error.message == "the credentials provider has not returned within 1 s")
            await client.close()
        }
    }

    @Test("credentials from a closure are used over HTTP before there is a connection, too")
    func providerOverHTTP() async throws {
        try await Self.withServer { server, configuration in
            let httpPort = try #require(server.httpPort)
            var configuration = configuration
            configuration.credentials = nil
            func info(_ provider: @escaping Client.CredentialsProvider) async throws -> PersistentSubscriptionInfo {
                let client = try Client(configuration, credentials: provider, logger: .silent)
                let options = CallOptions(timeout: .seconds(1))
                let info = try await client.subscriptionInfo("herd", to: "ponies", httpPort: httpPort, options: options)
                await client.close()
                return info
            }
            let admin = Credentials(username: "admin", password: "changeit")
            var asAdmin = configuration
            asAdmin.credentials = admin
            try await withClient(asAdmin, logger: .silent) { try await $0.createSubscription("herd", to: "ponies") }

            let asked = Mutex(0)
            _ = try await info {
                asked.withLock { $0 += 1 }
                return admin
            }
            #expect(asked.withLock { $0 } == 1)
            let late = try await failure {
                try await info {
                    try await Task.sleep(for: .seconds(3600))
                    return admin
                }
            }
            #expect(late.code == .timedOut)
            #expect(late.message.contains("the credentials provider has not returned"), "\(late)")
        }
    }
}
