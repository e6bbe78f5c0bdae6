import PhotonPump
import PhotonPumpWire
import ScriptedPeers
import Testing

@Suite("A server that is starting", .timeLimit(.minutes(1)))
struct StartingServerTests {
    private static let user = Credentials(username: "ops", password: "secret")

    @Test(
        "S79: a server that is starting is asked again on the same connection, and has this client as soon as it answers"
    )
    func silentAtFirst() async throws {
        let server = ScriptedServer()
        let client = try Client(
            try await ScriptedSession.configuration(for: server) { $0.credentials = Self.user }, logger: .silent)
        let connected = Task { try await client.connect() }
        let peer = try await server.nextConnection()
        var ids: Set<GUID> = []
        for _ in 0..<4 { ids.insert(try await peer.next(.authenticate).correlation) }
        #expect(ids.count == 4, "each question has an id of its own")
        let ready = ContinuousClock.now
        try await peer.acceptHandshake()
        try await connected.value
        #expect(.now - ready < .seconds(patience), "in half a second on a machine with nothing else to do")
        await client.close()
        await server.stop()
    }

    @Test("S79: a server that is starting does not count its answers to earlier questions")
    func lateAnswer() async throws {
        let server = ScriptedServer()
        let client = try Client(
            try await ScriptedSession.configuration(for: server) { $0.credentials = Self.user }, logger: .silent)
        let connected = Task { try await client.connect() }
        let peer = try await server.nextConnection()
        let early = try await peer.next(.authenticate)
        let last = try await peer.next(.authenticate)
        try await peer.send(Package(.authenticated, early.correlation))
        // Had it counted, this would be the next question.
        try await peer.send(Package(.heartbeatRequest, GUID(1, 1)))
        var package = try await peer.next()
        while package?.command == .authenticate { package = try await peer.next() }
        #expect(package?.command == .heartbeatResponse)
        try await peer.acceptHandshake(after: last)
        try await connected.value
        await client.close()
        await server.stop()
    }

    @Test("S79: a server that is starting is tried again at once when that takes longer than an attempt may")
    func longStart() async throws {
        let server = ScriptedServer()
        let configuration = try await ScriptedSession.configuration(for: server) {
            $0.credentials = Self.user
            $0.connectTimeout = .milliseconds(600)
            $0.reconnection.firstDelay = .seconds(3600)
            $0.reconnection.maximumDelay = .seconds(3600)
        }
        let client = try Client(configuration, logger: .silent)
        let ping = Task { try await client.ping() }
        // Each attempt ends without an answer.
        for _ in 0..<3 {
            let peer = try await server.nextConnection()
            while try await peer.next() != nil {}
        }
        let peer = try await server.nextConnection()
        try await peer.acceptHandshake()
        try await peer.send(Package(.pong, try await peer.next(.ping).correlation))
        _ = try await ping.value
        await client.close()
        await server.stop()
    }

    @Test(
        "S79: a server that is starting may refuse a user whom it had accepted, who is asked for again on the same connection"
    )
    func usersNotLoaded() async throws {
        let settings: (inout Client.Configuration) -> Void = { $0.credentials = Self.user }
        try await ScriptedSession.run(settings) { session in
            await session.peer.close()
            let peer = try await session.server.nextConnection()
            for _ in 0..<3 {
                let question = try await peer.next(.authenticate)
                let words = Bytes(utf8: "Unauthorized")
                try await peer.send(Package(.notAuthenticated, question.correlation, payload: words))
            }
            while await session.client.status.lastError?.code != .notAuthenticated { await Task.yield() }
            try await peer.acceptHandshake()
            async let ping = session.client.ping()
            try await peer.send(Package(.pong, try await peer.next(.ping).correlation))
            _ = try await ping
        }
    }
}
