import PhotonPump
import PhotonPumpWire
import ScriptedPeers
import Testing

@Suite("Connecting", .timeLimit(.minutes(1)))
struct ConnectingTests {
    @Test("connecting authenticates, then identifies with version 1 and the connection's name")
    func handshake() async throws {
        let server = ScriptedServer()
        let configuration = try await ScriptedSession.configuration(for: server) {
            $0.credentials = Credentials(username: "ops", password: "secret")
        }
        let client = try Client(configuration, logger: .silent)
        async let connected: Void = client.connect()
        let peer = try await server.nextConnection()

        var question = try #require(try await peer.next())
        #expect(question.command == .authenticate)
        while question.command == .authenticate {
            #expect(question.login == (try Login(name: "ops", password: "secret")))
            try await peer.send(Package(.authenticated, question.correlation))
            question = try #require(try await peer.next())
        }
        #expect(question.command == .identifyClient)
        #expect(try IdentifyClient(decoding: question.payload) == IdentifyClient(version: 1, connectionName: "tests"))
        try await peer.acceptHandshake(after: question)

        try await connected
        await client.close()
        #expect(try await peer.next() == nil)
        await server.stop()
    }

    @Test("S1: connecting fails with the cause when nobody listens")
    func refused() async throws {
        let port = try UnusedPort()
        let endpoint = Endpoint(host: "127.0.0.1", port: port.number)
        let client = try Client(Client.Configuration(endpoint: endpoint), logger: .silent)
        let error = try await failure { try await client.connect() }
        #expect(error.code == .connectionFailed)
        #expect("\(error)".contains("127.0.0.1:\(port.number)"))
        #expect("\(error)".lowercased().contains("refused"), "\(error)")
    }

    @Test("connecting fails with the cause when the name is unknown")
    func unknownHost() async throws {
        let client = try Client("tcp://no-such-host.invalid", logger: .silent)
        let error = try await failure { try await client.connect() }
        #expect(error.code == .connectionFailed)
        #expect("\(error)".contains("'no-such-host.invalid'"))
    }

    @Test("S9: connecting fails at once when the server does not accept the user, and says nothing of the password")
    func notAuthenticated() async throws {
        let server = ScriptedServer()
        let configuration = try await ScriptedSession.configuration(for: server) {
            $0.credentials = Credentials(username: "ops", password: "secret")
        }
        let client = try Client(configuration, logger: .silent)
        let connected = Task { try await client.connect() }
        let peer = try await server.nextConnection()
        let refusals = Task { try await peer.refuse() }
        let error = try await failure { try await connected.value }
        _ = await refusals.result
        #expect(error.code == .notAuthenticated)
        #expect(!"\(error)".contains("secret"))
        #expect(try await peer.next() == nil, "the connection is closed")
        await server.stop()
    }

    @Test("connecting to an HTTP server says that it is one")
    func http() async throws {
        let server = ScriptedServer()
        let client = try Client(try await ScriptedSession.configuration(for: server), logger: .silent)
        let connected = Task { try await client.connect() }
        let peer = try await server.nextConnection()
        try await peer.send(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8))
        let error = try await failure { try await connected.value }
        #expect(error.code == .connectionFailed)
        #expect(
            "\(error)".contains("HTTP instead of EventStore's TCP protocol (\"HTTP/1.1 400 Bad Request\")"), "\(error)")
        await server.stop()
    }

    @Test("S14: connecting to something that accepts and never answers is given up within the time limit")
    func silent() async throws {
        let server = ScriptedServer()
        let configuration = try await ScriptedSession.configuration(for: server) {
            $0.connectTimeout = .milliseconds(100)
        }
        let client = try Client(configuration, logger: .silent)
        let error = try await failure { try await client.connect() }
        #expect(error.code == .connectionFailed)
        let text = "connected, but no EventStore server answered within 100 ms: is it the HTTP port?"
        #expect("\(error)" == "\(text) [\(configuration.target.description)]")
        await server.stop()
    }

    @Test("connecting fails when the server closes the connection instead of answering")
    func hungUp() async throws {
        let server = ScriptedServer()
        let client = try Client(try await ScriptedSession.configuration(for: server), logger: .silent)
        let connected = Task { try await client.connect() }
        await (try await server.nextConnection()).close()
        let error = try await failure { try await connected.value }
        #expect(error.code == .connectionFailed)
        await server.stop()
    }

    @Test("connecting by several tasks makes one connection, and each may be cancelled alone")
    func shared() async throws {
        let server = ScriptedServer()
        let client = try Client(try await ScriptedSession.configuration(for: server), logger: .silent)
        let first = Task { try await client.connect() }
        let peer = try await server.nextConnection()
        let identify = try await peer.next(.identifyClient)
        // Begun at once, so that the client knows of it before the first one is cancelled.
        let second = Task.immediate { try await client.connect() }
        first.cancel()
        await #expect(throws: CancellationError.self) { try await first.value }
        try await peer.acceptHandshake(after: identify)
        try await second.value
        await client.close()
        await server.stop()
    }

    @Test("connecting that is cancelled leaves a client that can connect later")
    func cancelled() async throws {
        let server = ScriptedServer()
        let client = try Client(try await ScriptedSession.configuration(for: server), logger: .silent)
        let attempt = Task { try await client.connect() }
        let abandoned = try await server.nextConnection()
        _ = try await abandoned.next(.identifyClient)
        attempt.cancel()
        await #expect(throws: CancellationError.self) { try await attempt.value }
        #expect(try await abandoned.next() == nil, "the connection is closed")

        async let connected: Void = client.connect()
        try await (try await server.nextConnection()).acceptHandshake()
        try await connected
        await client.close()
        await server.stop()
    }

    @Test("connecting fails when the client is closed meanwhile, and ever after")
    func closed() async throws {
        let server = ScriptedServer()
        let client = try Client(try await ScriptedSession.configuration(for: server), logger: .silent)
        let connected = Task { try await client.connect() }
        let peer = try await server.nextConnection()
        _ = try await peer.next(.identifyClient)
        await client.close()
        #expect(try await peer.next() == nil, "the connection is closed")
        #expect(try await failure { try await connected.value }.code == .clientClosed)
        #expect(try await failure { try await client.connect() }.code == .clientClosed)
        #expect(try await failure { try await client.ping() }.code == .clientClosed)
        await server.stop()
    }

    @Test("connecting is done by the first call")
    func firstCall() async throws {
        let server = ScriptedServer()
        let client = try Client(try await ScriptedSession.configuration(for: server), logger: .silent)
        async let ping = client.ping()
        let peer = try await server.nextConnection()
        try await peer.acceptHandshake()
        try await peer.send(Package(.pong, try await peer.next(.ping).correlation))
        _ = try await ping
        await client.close()
        await server.stop()
    }

    @Test("connecting is waited for by calls made meanwhile")
    func callsWait() async throws {
        let server = ScriptedServer()
        let client = try Client(try await ScriptedSession.configuration(for: server), logger: .silent)
        async let connected: Void = client.connect()
        let peer = try await server.nextConnection()
        async let ping = client.ping()
        try await peer.acceptHandshake()
        try await peer.send(Package(.pong, try await peer.next(.ping).correlation))
        try await connected
        _ = try await ping
        await client.close()
        await server.stop()
    }
}

extension ScriptedPeer {
    /// Refuses the user, as often as is asked.
    func refuse() async throws {
        while let question = try await self.next(), question.command == .authenticate {
            let words = Bytes(utf8: "Unauthorized")
            try await self.send(Package(.notAuthenticated, question.correlation, payload: words))
        }
    }
}
