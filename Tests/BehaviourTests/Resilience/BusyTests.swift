import EmbeddedEventStore
import Foundation
import PhotonPump
import PhotonPumpWire
import ScriptedPeers
import Testing

// Each in a process of its own, where nobody else keeps a peer from being heard in time.
@Suite("Being slow", .timeLimit(.minutes(1)))
struct BusyTests {
    /// Runs `body` with a client and a server that both give a silent peer up after little more than three seconds.
    private static func run(_ body: (EmbeddedServer, Client) async throws -> Void) async throws {
        var settings = EmbeddedServer.Configuration()
        settings.heartbeatInterval = .milliseconds(100)
        settings.heartbeatTimeout = .seconds(3)
        try await withEmbeddedServer(settings, logger: .silent) { server in
            var configuration = try Client.Configuration(server.connectionString)
            configuration.operationTimeout = .seconds(50)
            configuration.heartbeat.interval = .milliseconds(100)
            configuration.heartbeat.timeout = .seconds(3)
            try await withClient(configuration, logger: .silent) { client in
                let since = await client.status.since
                try await body(server, client)
                let status = await client.status
                #expect(status.phase == .connected)
                #expect(status.since == since, "it is the same connection: \(status)")
                #expect(await server.connectionCount == 1)
            }
        }
    }

    @Test("S15: a handler that blocks its thread costs no connection")
    func blockingHandler() async {
        await #expect(processExitsWith: .success) { try await Self.blockingHandler() }
    }

    private static func blockingHandler() async throws {
        try await Self.run { _, client in
            try await client.publish(try Pony.events(2), to: "ponies")
            for try await _ in client.iter("ponies", pageSize: 1) { usleep(3_500_000) }
        }
    }

    @Test("S17: a consumer that is slow over large pages costs no connection")
    func slowReader() async {
        await #expect(processExitsWith: .success) { try await Self.slowReader() }
    }

    private static func slowReader() async throws {
        try await Self.run { _, client in
            for _ in 0..<3 { try await client.publish(try Pony.events(3000), to: "ponies") }
            var count = 0
            for try await _ in client.iter("ponies", pageSize: 4096) {
                count += 1
                if count == 4500 { try await Task.sleep(for: .milliseconds(3500)) }
            }
            #expect(count == 9000)
        }
    }

    @Test("S21: a server that answers everything late costs no connection")
    func lateAnswers() async {
        await #expect(processExitsWith: .success) { try await Self.lateAnswers() }
    }

    private static func lateAnswers() async throws {
        try await Self.run { server, client in
            try await server.faults.add(.delayReply(to: .heartbeat, by: .milliseconds(300)))
            try await server.faults.add(.delayReply(by: .milliseconds(300)))
            for number in 0..<8 {
                let written = try await client.publish(try Pony.events(1), to: "ponies")
                #expect(written.lastEventNumber == Int64(number))
            }
        }
    }

    @Test("S16: a link that takes long for one large answer is not taken for silent")
    func slowLink() async {
        await #expect(processExitsWith: .success) { try await Self.slowLink() }
    }

    private static func slowLink() async throws {
        let settings: (inout Client.Configuration) -> Void = {
            $0.heartbeat.interval = .milliseconds(50)
            $0.heartbeat.timeout = .seconds(3)
        }
        let record = EventRecord(
            stream: Bytes(utf8: "ponies"), number: 0, id: GUID(1, 1), type: Bytes(utf8: "Filmed"), isJSON: false,
            data: Bytes([UInt8](repeating: 7, count: 20 << 20)), metadata: Bytes(), created: 0
        )
        let answer = ReadEventCompleted(result: .success, event: ResolvedRecord(event: record, link: nil))
        // All but the id is made before there is a connection, because making it takes long, too.
        let prepared = Package(.readEventCompleted, GUID(0, 0), payload: answer.encoded()).framed
        try await ScriptedSession.run(settings) { session in
            var frame = prepared
            async let event = session.client.getEvent(0, in: "ponies")
            let request = try await session.peer.next(.readEvent)
            let id = 6..<22
            frame.replaceSubrange(id, with: Package(.readEventCompleted, request.correlation).framed[id])
            // No heartbeat is answered meanwhile, which takes longer than silence may.
            for part in stride(from: 0, to: frame.count, by: 512 << 10) {
                try await session.peer.send(Array(frame[part..<min(part + 512 << 10, frame.count)]))
                try await Task.sleep(for: .milliseconds(100))
            }
            #expect(try await event.data.count == 20 << 20)
            #expect(await session.client.status.phase == .connected)
        }
    }
}
