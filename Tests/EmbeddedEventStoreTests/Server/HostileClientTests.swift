import PhotonPumpTransport
import PhotonPumpWire
import ScriptedPeers
import Testing

@testable import EmbeddedEventStore

/// Clients over TCP that want to keep a server from serving others.
@Suite("Hostile clients", .timeLimit(.minutes(1)))
struct HostileClientTests {
    private static func run(
        connections: Int = 500, budget: Int = 256 << 20, _ body: (EmbeddedServer) async throws -> Void
    ) async throws {
        var configuration = EmbeddedServer.Configuration.patient
        configuration.maximumConnections = connections
        configuration.anonymousBudget = budget
        try await withEmbeddedServer(configuration, logger: .silent, body)
    }

    /// The first bytes of a frame that never ends.
    private static func beginning(_ count: Int) -> [UInt8] {
        let length = UInt32(60 << 20)
        return (0..<4).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + [UInt8](repeating: 3, count: count)
    }

    private static let login = Package(.authenticate, GUID(5, 5), login: try? .admin)

    @Test("hostile clients are disconnected when there are too many, and leave room for others when they go")
    func tooMany() async throws {
        try await Self.run(connections: 2) { server in
            let first = try await ScriptedPeer.connect(to: server)
            let second = try await ScriptedPeer.connect(to: server)
            try await server.waitForConnectionCount(2)
            #expect(try await ScriptedPeer.connect(to: server).next() == nil)
            #expect(try await second.ask(FaultySession.ping(1))?.command == .pong)
            await first.close()
            try await server.waitForConnectionCount(1)
            #expect(try await ScriptedPeer.connect(to: server).ask(FaultySession.ping(2))?.command == .pong)
        }
    }

    @Test("hostile clients count as well while the server is suspended")
    func tooManySuspended() async throws {
        try await Self.run(connections: 2) { server in
            await server.suspend()
            _ = try await ScriptedPeer.connect(to: server)
            let second = try await ScriptedPeer.connect(to: server)
            #expect(try await ScriptedPeer.connect(to: server).next() == nil)
            await server.resume()
            #expect(try await second.ask(FaultySession.ping(1))?.command == .pong)
        }
    }

    @Test(
        "clients who begin large frames without a login have to go when it is too much, the largest first and told why")
    func unfinishedFrames() async throws {
        try await Self.run(budget: 1 << 20) { server in
            let friend = try await ScriptedPeer.connect(to: server)
            let small = try await ScriptedPeer.connect(to: server)
            try await small.send(Self.beginning(10_000))
            for _ in 0..<10 {
                let peers = [try await ScriptedPeer.connect(to: server), try await ScriptedPeer.connect(to: server)]
                // It cannot be known of which of the two the server reads more at first.
                for peer in peers { try await peer.send(Self.beginning(700_000)) }
                try await withThrowingTaskGroup(of: Package?.self) { group in
                    for peer in peers { group.addTask { try await peer.next() } }
                    let complaint = try #require(try await group.next())
                    #expect(complaint?.command == .badRequest)
                    #expect(complaint?.payload.text.contains("without a login") == true)
                    try await server.waitForConnectionCount(3)
                    await server.dropLargeFrames()
                    try await group.waitForAll()
                }
                try await server.waitForConnectionCount(2)
            }
            #expect(try await friend.ask(FaultySession.ping(1))?.command == .pong)
        }
    }

    @Test("hostile clients may begin them with a login")
    func friends() async throws {
        try await Self.run(budget: 1 << 10) { server in
            let friend = try await ScriptedPeer.connect(to: server)
            #expect(try await friend.ask(Self.login)?.command == .authenticated)
            let ping = Package(.ping, GUID(1, 1), payload: Bytes([UInt8](repeating: 7, count: 3 << 20)))
            #expect(try await friend.ask(ping)?.command == .pong)
        }
    }

    @Test("hostile clients who take no answers without a login have to go when it is too much")
    func answersNotTaken() async throws {
        try await Self.run(budget: 16 << 20) { server in
            let friend = try await ScriptedPeer.connect(to: server)
            #expect(try await friend.ask(Self.login)?.command == .authenticated)
            for letter in "abcdefgh" {
                let large = ProposedEvent(letter: letter, data: String(repeating: "x", count: 4 << 20))
                let write = WriteEvents(stream: "s", expectedVersion: -2, events: [large], requireMaster: true)
                let written = Package(.writeEvents, GUID(2, 2), payload: write.encoded())
                let answer = try #require(try await friend.ask(written))
                #expect(try WriteEventsCompleted(decoding: answer.payload).result == .success)
            }
            let read = ReadStreamEvents(stream: "s", from: 0, maxCount: 8, resolveLinks: false, requireMaster: true)
            var peers: [ScriptedPeer] = []
            for _ in 0..<8 {
                let peer = try await ScriptedPeer.connect(to: server)
                peers.append(peer)
                await peer.pauseReading()
                try await peer.send(Package(.readStreamEventsForward, GUID(3, 3), payload: read.encoded()))
            }
            // The sockets hold a part of each answer, but never so much of it that the rest of more than four would fit.
            while await server.connectionCount > 5 {
                try Task.checkCancellation()
                await Task.yield()
            }
            #expect(try await friend.ask(FaultySession.ping(1))?.command == .pong)
            for peer in peers { await peer.close() }
        }
    }

    // In a process of its own, whose memory nobody else uses.
    @Test(
        "hostile clients hold no more memory than they may, however many drip a frame each",
        .enabled(if: Footprint.isKnown, "needs /proc"))
    func memory() async {
        await #expect(processExitsWith: .success) {
            try await Self.run(budget: 64 << 20) { server in
                let friend = try await ScriptedPeer.connect(to: server)
                let before = try Footprint()
                var peers: [ScriptedPeer] = []
                for _ in 0..<10 {
                    let peer = try await ScriptedPeer.connect(to: server)
                    peers.append(peer)
                    let part = Self.beginning(1 << 20)
                    // Until all is sent, or the server has closed the connection.
                    for number in 0..<50 {
                        do { try await peer.send(number == 0 ? part : Array(part.dropFirst(4))) } catch { break }
                    }
                }
                #expect(try await friend.ask(FaultySession.ping(1))?.command == .pong)
                let after = try Footprint()
                print("ten unfinished frames: \(before) before, \(after) after")
                #expect(after.isWithin(250 << 10, of: before))
            }
        }
    }

    @Test("hostile clients who ask for much at once let others have their turn")
    func turns() async throws {
        try await Self.run { server in
            let hostile = try await ScriptedPeer.connect(to: server)
            let type = String(repeating: "a", count: 60) + "b"
            let events = [ProposedEvent(letter: "a", type: type)]
            let write = WriteEvents(stream: "s", expectedVersion: -2, events: events, requireMaster: true)
            let written = Package(.writeEvents, GUID(2, 2), payload: write.encoded())
            #expect(try await hostile.ask(written)?.command == .writeEventsCompleted)
            let read = FilteredReadAllEvents(
                commitPosition: 0, preparePosition: 0, maxCount: 10, maxSearchWindow: 10, resolveLinks: false,
                requireMaster: true, filter: Filter(.eventType, .regex, ["^(a|a)*$"]))
            let bytes = Package(
                .filteredReadAllEventsForward, GUID(3, 3), login: try .admin, payload: read.encoded()
            ).framed
            let count = 400
            try await hostile.send(Array(repeatElement(bytes, count: count).joined()))
            let start = ContinuousClock.now
            let friend = try await ScriptedPeer.connect(to: server)
            #expect(try await friend.ask(FaultySession.ping(1))?.command == .pong)
            let friendsTime = ContinuousClock.now - start
            for _ in 0..<count {
                let package = try #require(try await hostile.next())
                let answer = try FilteredReadAllEventsCompleted(decoding: package.payload)
                #expect(answer.result == .error)
                #expect(answer.error == "The filter's expression takes too long.")
            }
            #expect(friendsTime * 4 < ContinuousClock.now - start)
        }
    }
}

extension EmbeddedServer {
    /// Ends the connections that have begun a large frame.
    fileprivate func dropLargeFrames() {
        self.connections.drop { $0.anonymousCount > 100_000 }
    }
}
