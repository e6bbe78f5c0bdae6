import EmbeddedEventStore
import Foundation
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

@Suite(.timeLimit(.minutes(1))) struct HTTPTests {
    static func get(_ path: String, from server: EmbeddedServer) async throws -> (Data, HTTPURLResponse) {
        let port = try #require(server.httpPort)
        let url = try #require(URL(string: "http://127.0.0.1:\(port)\(path)"))
        let session = URLSession(configuration: .ephemeral)
        // Not invalidateAndCancel(): Foundation goes through its tasks there while the one that ended is being taken out.
        defer { session.finishTasksAndInvalidate() }
        let (data, response) = try await session.data(from: url)
        return (data, try #require(response as? HTTPURLResponse))
    }

    static func object(_ data: Data) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    private static func member(_ document: [String: Any]) throws -> [String: Any] {
        let members = try #require(document["members"] as? [[String: Any]])
        #expect(members.count == 1)
        return try #require(members.first)
    }

    /// The only member in what the server tells.
    static func gossipMember(of server: EmbeddedServer) async throws -> [String: Any] {
        try Self.member(Self.object(await Self.get("/gossip", from: server).0))
    }

    private static var withHTTP: EmbeddedServer.Configuration {
        var configuration = EmbeddedServer.Configuration()
        configuration.httpPort = 0
        return configuration
    }

    @Test(
        "the gossip has the shape of a real node's, and the addresses of this one",
        arguments: ["/gossip", "/gossip?format=json"])
    func gossip(_ path: String) async throws {
        try await withEmbeddedServer(Self.withHTTP, logger: .silent) { server in
            let (data, response) = try await Self.get(path, from: server)
            #expect(response.statusCode == 200)
            #expect(response.value(forHTTPHeaderField: "Content-Type")?.hasPrefix("application/json") == true)
            let document = try Self.object(data)
            let recorded = try Self.object(Data(RecordedGossip.singleNode.utf8))
            #expect(Set(document.keys) == Set(recorded.keys))
            let member = try Self.member(document)
            #expect(Set(member.keys) == Set(try Self.member(recorded).keys))
            #expect(member["state"] as? String == "Master")
            #expect(member["isAlive"] as? Bool == true)
            #expect(member["externalTcpIp"] as? String == "127.0.0.1")
            #expect(member["externalTcpPort"] as? Int == (server.port))
            #expect(member["externalSecureTcpPort"] as? Int == 0)
            #expect(member["externalHttpPort"] as? Int == (server.httpPort))
            #expect((member["instanceId"] as? String).flatMap(UUID.init) != nil)
            let time = try #require(member["timeStamp"] as? String)
            let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
            #expect(abs(try style.parse(time).timeIntervalSinceNow) < 3600)
        }
    }

    @Test("a ping is answered, and other paths are not there")
    func paths() async throws {
        try await withEmbeddedServer(Self.withHTTP, logger: .silent) { server in
            let (data, response) = try await Self.get("/ping", from: server)
            #expect(response.statusCode == 200)
            #expect(try Self.object(data)["text"] is String)
            #expect(try await Self.get("/streams/x", from: server).1.statusCode == 404)
        }
    }

    @Test("a server that starts again has its HTTP port")
    func restart() async throws {
        let server = try await EmbeddedServer.startedOnOwnPorts(http: true)
        let port = try #require(server.httpPort)
        #expect(try await Self.get("/ping", from: server).1.statusCode == 200)
        await server.stop()
        await #expect(throws: (any Error).self) { try await Self.get("/ping", from: server) }
        try await server.start()
        #expect(server.httpPort == port)
        #expect(try await Self.get("/ping", from: server).1.statusCode == 200)
        await server.stop()
    }

    @Test("an HTTP port that is taken keeps the server from starting, and its TCP port free")
    func takenPort() async throws {
        try await withEmbeddedServer(Self.withHTTP, logger: .silent) { first in
            var configuration = EmbeddedServer.Configuration()
            configuration.httpPort = first.httpPort
            let second = EmbeddedServer(configuration, logger: .silent)
            let error = await #expect(throws: EmbeddedServerError.self) { try await second.start() }
            #expect(error?.code == .cannotListen)
            #expect(await second.connectionCount == 0)
        }
    }

    @Test("without an HTTP port there is no HTTP")
    func without() async throws {
        try await withEmbeddedServer(.patient, logger: .silent) { server in
            #expect(server.httpPort == nil)
        }
    }
}
