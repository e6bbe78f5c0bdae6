import PhotonPumpTransport
import PhotonPumpWire
import ScriptedPeers
import Testing

@testable import EmbeddedEventStore

@Suite(.timeLimit(.minutes(1))) struct ServerLifecycleTests {
    private static let ping = Package(.ping, GUID(1, 2), payload: Bytes(utf8: "hello"))

    private static func write(_ letter: Character, to stream: String) -> Package {
        let events = [ProposedEvent(letter: letter)]
        let write = WriteEvents(stream: stream, expectedVersion: -2, events: events, requireMaster: true)
        return Package(.writeEvents, GUID(3, 4), payload: write.encoded())
    }

    private static func lastNumber(_ answer: Package?) throws -> Int64 {
        let answer = try #require(answer)
        return try WriteEventsCompleted(decoding: answer.payload).lastEventNumber
    }

    @Test("a server that has started answers, and one that has stopped does not")
    func startAndStop() async throws {
        let server = try await EmbeddedServer.startedOnOwnPorts()
        let client = try await ScriptedPeer.connect(to: server)
        #expect(try await client.ask(Self.ping)?.payload.text == "hello")
        await server.stop()
        #expect(try await client.next() == nil)
        let port = server.port
        await #expect(throws: (any Error).self) { try await ScriptedPeer.connect(host: "127.0.0.1", port: port) }
    }

    @Test("starting and stopping twice does no more than once")
    func idempotence() async throws {
        await EmbeddedServer(.patient, logger: .silent).stop()
        let server = try await EmbeddedServer.startedOnOwnPorts()
        let port = server.port
        try await server.start()
        #expect(server.port == port)
        await server.stop()
        await server.stop()
        #expect(server.port == port)
    }

    @Test("a server that starts again has its port and its events")
    func restart() async throws {
        let server = try await EmbeddedServer.startedOnOwnPorts()
        let port = server.port
        let before = try await ScriptedPeer.connect(host: "127.0.0.1", port: port)
        #expect(try await Self.lastNumber(before.ask(Self.write("a", to: "s"))) == 0)
        await server.stop()
        try await server.start()
        #expect(server.port == port)
        let after = try await ScriptedPeer.connect(host: "127.0.0.1", port: port)
        #expect(try await Self.lastNumber(after.ask(Self.write("b", to: "s"))) == 1)
        await server.stop()
    }

    @Test("a server dates its events by the calendar of its environment")
    func environment() async throws {
        let environment = Environment(calendar: { .milliseconds(86_400_001) })
        let server = EmbeddedServer(.patient, logger: .silent, environment: environment)
        try await server.start()
        let client = try await ScriptedPeer.connect(to: server)
        #expect(try await Self.lastNumber(client.ask(Self.write("a", to: "s"))) == 0)
        let read = ReadEvent(stream: "s", eventNumber: 0, resolveLinks: false, requireMaster: false)
        let answer = try #require(try await client.ask(Package(.readEvent, GUID(5, 6), payload: read.encoded())))
        let event = try #require(ReadEventCompleted(decoding: answer.payload).event.event)
        #expect(event.createdTicks == 864_000_010_000)
        await server.stop()
    }

    @Test("starts and stops that meet are done one after the other")
    func concurrentLifecycle() async throws {
        let server = try await EmbeddedServer.startedOnOwnPorts()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 {
                group.addTask { try await server.start() }
                group.addTask { await server.stop() }
            }
            try await group.waitForAll()
        }
        try await server.start()
        let client = try await ScriptedPeer.connect(to: server)
        #expect(try await client.ask(Self.ping)?.command == .pong)
        await server.stop()
    }

    @Test("a port that is taken is an error that names the address")
    func takenPort() async throws {
        try await withEmbeddedServer(.patient, logger: .silent) { first in
            var configuration = EmbeddedServer.Configuration.patient
            configuration.port = first.port
            let second = EmbeddedServer(configuration, logger: .silent)
            let error = await #expect(throws: EmbeddedServerError.self) { try await second.start() }
            #expect(error?.code == .cannotListen)
            #expect(error?.message.contains("127.0.0.1:\(first.port)") == true)
        }
    }

    @Test("the scope stops its server and hands on what its body returns or throws")
    func scope() async throws {
        struct Failure: Error {}
        let (client, text) = try await withEmbeddedServer(.patient, logger: .silent) { server in
            (try await ScriptedPeer.connect(to: server), "done")
        }
        #expect(text == "done")
        #expect(try await client.next() == nil)
        await #expect(throws: Failure.self) {
            try await withEmbeddedServer(.patient, logger: .silent) { _ in throw Failure() }
        }
    }

    @Test("a server nobody holds any more lets go of its port")
    func released() async throws {
        var server: EmbeddedServer? = EmbeddedServer(.patient, logger: .silent)
        try await server?.start()
        let port = server?.port ?? 0
        let client = try await ScriptedPeer.connect(host: "127.0.0.1", port: port)
        #expect(try await client.ask(Self.ping) != nil)
        server = nil
        #expect(try await client.next() == nil)
    }

    @Test("the connection string is complete, with a login that may hold anything")
    func connectionString() async throws {
        var configuration = EmbeddedServer.Configuration.patient
        try await withEmbeddedServer(configuration, logger: .silent) { server in
            #expect(server.connectionString == "tcp://admin:changeit@127.0.0.1:\(server.port)")
        }
        configuration.users = [.init(name: "ü@x", password: "a:b/c%")]
        configuration.host = "::"
        configuration.port = 1113
        let server = EmbeddedServer(configuration, logger: .silent)
        #expect(server.connectionString == "tcp://%C3%BC%40x:a%3Ab%2Fc%25@[::1]:1113")
        configuration.users = []
        #expect(EmbeddedServer(configuration, logger: .silent).connectionString == "tcp://[::1]:1113")
    }
}
