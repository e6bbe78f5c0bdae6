import Dispatch
import EmbeddedEventStore
import PhotonPumpTransport
import ScriptedPeers
import Synchronization
import Testing

@testable import PhotonPump

@Suite("A cluster that SRV records name", .timeLimit(.minutes(1)), .enabled(if: TestCluster.isEmbedded, "has no DNS"))
struct ServiceRecordTests {
    private static let service = "_eventstore._tcp.ponies.example"

    @Test("a cluster that SRV records name is found there, and again where they say when it has moved")
    func found() async throws {
        let dead = try UnusedPort()
        try await withEmbeddedCluster(logger: .silent) { cluster in
            let ports = cluster.nodes.map { $0.httpPort ?? 0 }
            let asked = Mutex<[String]>([])
            let environment = Environment(lookUpService: { service, executor, found in
                let round = asked.withLock { asked in
                    asked.append(service)
                    return asked.count
                }
                var records = [ServiceRecord(host: "127.0.0.1", port: dead.number)]
                if round > 1 { records += ports.map { ServiceRecord(host: "127.0.0.1", port: $0, priority: 1) } }
                executor.run(here: false) { [records] in
                    found(round == 3 ? .failure(SocketError("resolve", reason: "no")) : .success(records))
                }
            })
            var configuration = try Client.Configuration(
                "discover+srv://admin:changeit@ponies.example?discoveryInterval=1ms")
            configuration.operationTimeout = .seconds(50)
            configuration.connectTimeout = .seconds(50)
            let client = try Client(configuration, logger: .silent, environment: environment)
            try await client.connect()
            #expect(await client.status.role == .master)
            #expect(asked.withLock { $0 } == [Self.service, Self.service])
            // The lookup fails, but gossip has told of the others.
            try await cluster.kill(0)
            try await client.publish(try Pony.events(1), to: "ponies")
            #expect(asked.withLock { $0.count } >= 3)
            await client.close()
        }
    }

    @Test("a cluster that SRV records name is not found without them, and why is said")
    func none() async throws {
        let environment = Environment(lookUpService: { service, executor, found in
            let error = SocketError("resolve", reason: "there is no such name", address: service)
            executor.run(here: false) { found(.failure(error)) }
        })
        var configuration = Client.Configuration(.service(Self.service))
        configuration.discovery.maximumAttempts = 1
        configuration.connectTimeout = .seconds(50)
        let client = try Client(configuration, logger: .silent, environment: environment)
        let error = try await failure { try await client.connect() }
        #expect(error.code == .discoveryFailed)
        #expect("\(error)".contains("\(Self.service): resolve \(Self.service): there is no such name"), "\(error)")
        await client.close()
    }
}
