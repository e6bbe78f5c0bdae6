import EmbeddedEventStore
import Foundation
import PhotonPump
import PhotonPumpTesting
import Synchronization
import Testing

@Suite(
    "A client in memory", .timeLimit(.minutes(1)),
    .enabled(if: TestServer.isEmbedded, "has its own server"))
struct MemoryTests {
    /// The longest times that a busy machine may need.
    private static func configuration(_ url: String) throws -> Client.Configuration {
        try TestServer.configuration(url)
    }

    /// Runs `body` with a client and a server in memory.
    private static func run(
        _ settings: EmbeddedServer.Configuration = .init(),
        _ adjust: (inout Client.Configuration) -> Void = { _ in },
        _ body: (Client, EmbeddedServer, MemoryNetwork) async throws -> Void
    ) async throws {
        let network = MemoryNetwork()
        try await withEmbeddedServer(settings, in: network, logger: .silent) { server in
            var configuration = try Self.configuration(server.connectionString)
            adjust(&configuration)
            try await withClient(configuration, in: network, logger: .silent) { client in
                try await body(client, server, network)
            }
        }
    }

    @Test("S65: a client in memory acknowledges, catches up and checks versions as one over TCP does")
    func sameAsOverTCP() async throws {
        var inMemory: [String] = []
        try await Self.run { client, server, _ in inMemory = try await Self.story(client, server) }
        var overTCP: [String] = []
        try await withEmbeddedServer(logger: .silent) { server in
            try await withClient(Self.configuration(server.connectionString), logger: .silent) { client in
                overTCP = try await Self.story(client, server)
            }
        }
        #expect(inMemory == overTCP)
        #expect(inMemory.count == 34, "\(inMemory)")
    }

    /// What a client and its server do, step by step.
    private static func story(_ client: Client, _ server: EmbeddedServer) async throws -> [String] {
        var told: [String] = []
        // Versions.
        told.append("\(try await client.publish(Pony.events(3), to: "ponies", expecting: .noStream).lastEventNumber)")
        do {
            try await client.publish(Pony.events(1), to: "ponies", expecting: .noStream)
        } catch let error as PhotonPumpError {
            told.append("\(error.code), actually \(String(describing: error.conflict?.actual))")
        }
        // Catching up, from history to what is written meanwhile.
        let following = try await client.subscribe(to: "ponies", from: .start)
        try await client.publish(Pony.events(27), to: "ponies", expecting: .version(2))
        for try await event in following.events {
            told.append("\(event.number) \(event.type)")
            if event.number == 29 { break }
        }
        // Acknowledging.
        var settings = PersistentSubscriptionSettings()
        settings.startFrom = .start
        try await client.createSubscription("herd", to: "ponies", settings: settings)
        let herd = try await client.connectSubscription("herd", to: "ponies")
        for try await event in herd.events {
            if event.received.number == 29 {
                herd.nack(event, action: .park, reason: "lame")
                break
            }
            herd.ack(event)
        }
        for try await event in client.iter("$persistentsubscription-ponies::herd-parked") {
            told.append("parked \(event.number)")
        }
        told.append("\(await server.events(in: "ponies").count) written")
        return told
    }

    @Test("a client in memory gets over faults, lost connections and a server that dies and comes back")
    func faults() async throws {
        try await Self.run { client, server, _ in
            let jump = try Pony.events(1)
            let loss = try await server.faults.add(.loseReply(to: .writeEvents, times: 1))
            await #expect(throws: PhotonPumpError.self) {
                try await client.publish(jump, to: "ponies", options: CallOptions(timeout: .milliseconds(100)))
            }
            try await loss.waitForEffect()
            #expect(try await client.publish(jump, to: "ponies").wasAlreadyWritten)

            let following = try await client.subscribe(to: "ponies", from: .start)
            await following.isLive(following.changes)
            for abruptly in [false, true] {
                await server.dropConnections(abruptly: abruptly)
                try await client.ping()
            }
            await server.kill()
            await #expect(throws: PhotonPumpError.self) {
                try await client.ping(options: CallOptions(timeout: .milliseconds(100)))
            }
            try await server.start()
            try await client.publish(Pony.events(1), to: "ponies")
            try await server.restart(keepingData: true)

            await server.suspend()
            async let last = client.getLastEvent(in: "ponies")
            await server.resume()
            #expect(try await last.number == 1)
            var events = following.events.makeAsyncIterator()
            #expect(try await events.next()?.number == 0)
            #expect(try await events.next()?.number == 1)
        }
    }

    @Test("a client in memory is refused by a server that refuses connections, or does not run")
    func refused() async throws {
        try await Self.run { client, server, network in
            let url = server.connectionString
            func refusal() async throws -> PhotonPumpError {
                try await #require(throws: PhotonPumpError.self) {
                    try await withClient(url, in: network, logger: .silent) { _ in }
                }
            }
            let refusing = try await server.faults.add(.refuseConnections)
            #expect("\(try await refusal())".contains("refused"))
            try await refusing.lift()
            try await withClient(url, in: network, logger: .silent) { _ = try await $0.ping() }
            await server.stop()
            #expect(try await refusal().code == .connectionFailed)
            #expect("\(try await refusal())".contains("connect 127.0.0.1:\(server.port)"))
        }
    }

    @Test("a cluster in memory is found by gossip, also after it lost its master")
    func cluster() async throws {
        let network = MemoryNetwork()
        try await withEmbeddedCluster(in: network, logger: .silent) { cluster in
            let configuration = try Self.configuration(cluster.connectionString)
            try await withClient(configuration, in: network, logger: .silent) { client in
                try await client.publish(Pony.events(1), to: "ponies")
                try await cluster.kill(0)
                try await client.publish(Pony.events(1), to: "ponies")
                #expect(await cluster.master == 1)
                try await cluster.restart(0)
                try await cluster.moveMaster(to: 0)
                try await client.createSubscription("herd", to: "ponies")
                let info = try await client.subscriptionInfo("herd", to: "ponies")
                #expect(info.connectionCount == 0)
                #expect(try await client.getLastEvent(in: "ponies").number == 1)
            }
        }
    }

    @Test("pages over HTTP are there in memory, for those who may see them, while the server runs")
    func pages() async throws {
        var settings = EmbeddedServer.Configuration()
        settings.httpPort = 0
        try await Self.run(settings) { client, server, _ in
            let port = try #require(server.httpPort)
            await #expect(throws: PhotonPumpError.self) {
                try await client.subscriptionInfo("herd", to: "ponies", httpPort: port)
            }
            try await client.createSubscription("herd", to: "ponies")
            #expect(try await client.subscriptionInfo("herd", to: "ponies", httpPort: port).connectionCount == 0)
            try await client.replayParkedEvents(of: "herd", to: "ponies", httpPort: port)
            let denied = try await #require(throws: PhotonPumpError.self) {
                let stranger = CallOptions(credentials: Credentials(username: "ops", password: "wrong"))
                try await client.replayParkedEvents(of: "herd", to: "ponies", httpPort: port, options: stranger)
            }
            #expect(denied.code == .accessDenied)

            await server.suspend()
            let silence = try await #require(throws: PhotonPumpError.self) {
                let options = CallOptions(timeout: .milliseconds(100))
                _ = try await client.subscriptionInfo("herd", to: "ponies", httpPort: port, options: options)
            }
            #expect(silence.code == .timedOut)
            await server.resume()
            await server.stop()
            let error = try await #require(throws: PhotonPumpError.self) {
                try await client.subscriptionInfo("herd", to: "ponies", httpPort: port)
            }
            #expect(error.code == .connectionFailed)
        }
    }

    @Test("more than a connection in memory holds passes through it, whole and in order")
    func largeEvents() async throws {
        try await Self.run { client, _, _ in
            let film = Payload((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 / 7) })
            let events = (0..<4).map { _ in NewEvent(type: "Filmed", data: film, isJSON: false) }
            for event in events { try await client.publish([event], to: "ponies") }
            var ids: [UUID] = []
            for try await event in client.iter("ponies") {
                ids.append(event.id)
                #expect(event.data == film)
            }
            #expect(ids == events.map(\.id))
        }
    }

    @Test("there is no TLS in memory, which both sides say")
    func noTLS() async throws {
        let network = MemoryNetwork()
        var settings = EmbeddedServer.Configuration()
        settings.tls = .init(certificate: try TestCertificateAuthority().issue(names: ["localhost"]))
        let error = try await #require(throws: EmbeddedServerError.self) {
            try await withEmbeddedServer(settings, in: network, logger: .silent) { _ in }
        }
        #expect(error.code == .invalidConfiguration)
        let refusal = try #require(throws: PhotonPumpError.self) {
            try Client(Client.Configuration("tls://localhost:1115"), in: network, logger: .silent)
        }
        #expect(refusal.code == .invalidConfiguration)
    }

    @Test("networks in memory are apart from each other, and a port of one is taken once")
    func apart() async throws {
        var settings = EmbeddedServer.Configuration()
        settings.port = 1113
        try await Self.run(settings) { client, server, network in
            #expect(server.port == 1113)
            let error = try await #require(throws: EmbeddedServerError.self) {
                try await EmbeddedServer(settings, in: network, logger: .silent).start()
            }
            #expect(error.code == .cannotListen)
            try await Self.run(settings) { other, _, _ in
                try await other.publish(Pony.events(1), to: "ponies")
            }
            await #expect(throws: PhotonPumpError.self) { try await client.getLastEvent(in: "ponies") }
        }
    }

    @Test("many clients in memory use one server at once")
    func manyClients() async throws {
        try await Self.run { _, server, network in
            try await withThrowingTaskGroup { group in
                for _ in 0..<20 {
                    group.addTask {
                        let configuration = try Self.configuration(server.connectionString)
                        try await withClient(configuration, in: network, logger: .silent) { client in
                            for _ in 0..<20 { try await client.publish(Pony.events(1), to: "ponies") }
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(await server.events(in: "ponies").count == 400)
        }
    }
}
