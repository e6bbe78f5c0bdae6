import EmbeddedEventStore
import Foundation
import Logging
import Metrics
import PhotonPump
import PhotonPumpTesting
import ServiceLifecycle
import Testing
import UnixSignals

#if Configuration
    import Configuration

    func configured(file: FileProvider<JSONSnapshot>) async throws -> Client {
        let config = ConfigReader(providers: [
            EnvironmentVariablesProvider(), file,
        ])
        let client = try await Client(
            Client.Configuration(config: config.scoped(to: "photonpump")))
        return client
    }
#endif

/// What the articles show besides what stands in the README.
struct ArticleSnippets {
    func service(_ url: String) async throws {
        let client = try Client(url)
        let store = StreamCheckpointStore<Int64>(
            stream: "herd-checkpoint", client: client)
        let herd = client.follower(of: "ponies", checkpoint: store) { event in
            print(event.number, event.type)
        }
        let group = ServiceGroup(
            services: [client, herd],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: Logger(label: "stable")
        )
        try await group.run()
    }

    func program(_ group: ServiceGroup, _ logger: Logger) async {
        do {
            try await group.run()
        } catch {
            logger.critical("stopped: \(error)")
            exit(1)
        }
    }

    func album(_ client: Client) -> any Service {
        var settings = PersistentSubscriptionSettings()
        settings.startFrom = .start
        settings.resolveLinks = true
        let album = client.worker(
            of: "album", to: StreamName.category("pony"),
            creatingWith: settings,
            onError: { _, event in event.retryCount < 3 ? .retry : .park },
            handler: { event in print(event.stream, event.type) }
        )
        return album
    }

    func writing(_ client: Client, _ events: [NewEvent]) async throws {
        try await client.publish(events, to: "ponies")
        try await withThrowingDiscardingTaskGroup { group in
            for event in events {
                group.addTask {
                    try await client.publishEvent(event, to: "ponies")
                }
            }
        }
    }

    func onClientsQueue(_ client: Client, _ events: [NewEvent]) async throws {
        try await withTaskExecutorPreference(client.taskExecutor) {
            for event in events {
                try await client.publishEvent(event, to: "ponies")
            }
        }
    }

    func waiting(_ client: Client) async throws {
        guard try await client.waitUntilConnected() else { return }
    }

    func cluster() async throws {
        try await withClient(
            "discover://admin:changeit@db1:2113,db2:2113,db3:2113"
        ) { client in
            try await client.ping()
        }
    }

    func authority() throws -> Client.Configuration {
        var configuration = try Client.Configuration(
            "tls://admin:changeit@db.example.org:1115")
        configuration.tls?.trust = .authorities(.file("/etc/stable/ca.pem"))
        return configuration
    }

    func logging(_ url: String) async throws {
        var logger = Logger(label: "stable")
        logger.logLevel = .info
        try await withClient(url, logger: logger) { client in
            try await client.ping()
        }
    }

    func metrics(_ url: String, _ factory: any MetricsFactory) async throws {
        try await withClient(url, metrics: factory) { client in
            try await client.ping()
        }
    }

    func loggingCall(_ client: Client, _ given: Logger, order: Int, _ jump: PonyJumped) async throws {
        var logger = given
        logger[metadataKey: "order"] = "\(order)"
        let options = CallOptions(logger: logger)
        try await client.publishEvent(
            to: "ponies", type: "PonyJumped", body: jump, options: options)
    }

    func overview() async throws {
        try await withClient("tcp://admin:changeit@localhost:1113") { client in
            let jump = PonyJumped(pony: "Derpy Hooves", height: 10)
            let written = try await client.publishEvent(
                to: "ponies", type: "PonyJumped", body: jump)
            print("event \(written.lastEventNumber) is written")

            for try await event in client.iter("ponies") {
                print(try event.decode(PonyJumped.self).pony)
            }
        }
    }

    func embedded() async throws {
        try await withEmbeddedServer { server in
            try await withClient(server.connectionString) { client in
                print(try await client.ping())
            }
        }
    }

    func losing(_ server: EmbeddedServer) async throws {
        let loss = try await server.faults.add(
            .loseReply(to: .writeEvents, times: 1))
        try await loss.lift()
    }
}

struct HerdService: Service {
    let client: Client

    func run() async throws {
        let ponies = try await client.subscribe(to: "ponies")
        for try await event in ponies.events {
            print(event.number, event.type)
        }
    }
}

func probe(_ client: Client) async -> (status: Int, body: String) {
    await client.readiness.isReady ? (200, "ready") : (503, "not ready")
}

func probe(
    _ client: Client, _ herd: Worker
) async -> (status: Int, body: String) {
    guard await client.readiness.isReady else {
        return (503, "not ready")
    }
    return await herd.readiness.isReady
        ? (200, "ready") : (503, "catching up")
}

/// The services that the program runs.
func services(_ client: Client, onJump: @escaping @Sendable (String) -> Void) -> ServiceGroup {
    let herd = client.follower(of: "ponies", checkpoint: MemoryCheckpointStore<Int64>()) { event in
        onJump(try event.decode(PonyJumped.self).pony)
    }
    return ServiceGroup(services: [client, herd, HerdService(client: client)], logger: .silent)
}

func withServices(
    _ group: ServiceGroup,
    _ body: @escaping @Sendable () async throws -> Void
) async throws {
    try await withThrowingTaskGroup { tasks in
        tasks.addTask { try await group.run() }
        tasks.addTask {
            try await body()
            await group.triggerGracefulShutdown()
        }
        try await tasks.waitForAll()
    }
}

@Suite(.timeLimit(.minutes(1)))
struct ArticleTests {
    @Test func ponyIsSeenByTheService() async throws {
        let network = MemoryNetwork()
        try await withEmbeddedServer(in: network) { server in
            let client = try Client(
                .init(server.connectionString), in: network)
            let (ponies, pony) = AsyncStream<String>.makeStream()
            try await withServices(
                services(client, onJump: { pony.yield($0) })
            ) {
                try await server.seed(
                    "ponies", type: "PonyJumped",
                    body: PonyJumped(pony: "Rarity", height: 9))
                #expect(await ponies.first { _ in true } == "Rarity")
            }
        }
    }

    @Test func stateIsSavedFirst() async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let (bookPath, placePath) = (directory.path + "/book.json", directory.path + "/place")
        try await withClientInMemory { client, server in
            for pony in ["Rarity", "Applejack"] {
                try await server.seed("ponies", type: "PonyJumped", body: PonyJumped(pony: pony, height: 9))
                let book = try HerdBook(path: bookPath)
                let store = HerdCheckpoint(book: book, file: FileCheckpointStore(path: placePath))
                let (handled, handler) = AsyncStream<String>.makeStream()
                let following = Task {
                    try await client.follow("ponies", checkpoint: store) { event in
                        try await book.record(event)
                        handler.yield(try event.decode(PonyJumped.self).pony)
                    }
                }
                for await name in handled where name == pony { break }
                following.cancel()
                await #expect(throws: CancellationError.self) { try await following.value }
            }
            #expect(try await HerdBook(path: bookPath).names == ["Rarity", "Applejack"])
            #expect(try await FileCheckpointStore<Int64>(path: placePath).load() == .after(1))
            // As if the process had died before the checkpoint.
            try FileManager.default.removeItem(atPath: placePath)
            let book = try HerdBook(path: bookPath)
            try await book.record(ResolvedEvent(NewEvent(type: "PonyFell", data: [1], isJSON: false), number: 1))
            #expect(await book.names == ["Rarity", "Applejack"])
        }
    }

    @Test func ponyWaitsForTheElection() async throws {
        try await withEmbeddedCluster { cluster in
            try await withClient(cluster.connectionString) { client in
                try await client.ping()
                try await cluster.kill(
                    0, election: .after(.milliseconds(200)))

                let jump = PonyJumped(pony: "Rarity", height: 9)
                try await client.publishEvent(
                    to: "ponies", type: "PonyJumped", body: jump)
                #expect(await cluster.master == 1)
            }
        }
    }

    @Test func ponyWaitsForTheServer() async throws {
        try await withEmbeddedServer { server in
            try await withClient(server.connectionString) { client in
                try await client.ping()
                await server.kill()
                try await server.start(
                    startup: .after(.milliseconds(300), logins: .ignored))

                let jump = PonyJumped(pony: "Pinkie Pie", height: 8)
                try await client.publishEvent(
                    to: "ponies", type: "PonyJumped", body: jump)
            }
        }
    }

    @Test func speaksTLS() async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let authority = try TestCertificateAuthority()
        var configuration = EmbeddedServer.Configuration()
        configuration.tls = .init(
            certificate: try authority.issue(names: ["localhost", "127.0.0.1"]))
        let caFile = try authority.write(to: directory)
        try await withEmbeddedServer(configuration) { server in
            let url = try #require(server.tlsConnectionString)
            try await withClient("\(url)?tlsCAFile=\(caFile.path)") { client in
                try await client.ping()
            }
        }
    }

    @Test func serviceSavesWhereItStopped() async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            let url = server.connectionString
            try await withClient(url, logger: .silent) { client in
                let jump = PonyJumped(pony: "Rarity", height: 9)
                try await client.publishEvent(to: "ponies", type: "PonyJumped", body: jump)
                let served = try Client(url, logger: .silent)
                let store = StreamCheckpointStore<Int64>(stream: "herd-checkpoint", client: served)
                let herd = served.follower(of: "ponies", checkpoint: store) { _ in }
                let group = ServiceGroup(
                    services: [served, herd, HerdService(client: served)], logger: .silent)
                async let running: Void = group.run()
                for try await _ in try await client.subscribe(to: "herd-checkpoint", from: .start).events { break }
                #expect(await probe(served).status == 200)
                #expect(await probe(served, herd).status == 200)
                await group.triggerGracefulShutdown()
                try await running
                #expect(await served.status.phase == .closed)
            }
        }
    }
}
