import EmbeddedEventStore
import Foundation
import ScriptedPeers
import Testing

@Suite(.timeLimit(.minutes(1))) struct HTTPTests {
    struct Answer {
        let status: Int
        /// By their names in lower case.
        let headers: [String: String]
        let body: Data
    }

    static func get(_ path: String, from server: EmbeddedServer) async throws -> Answer {
        let port = try #require(server.httpPort)
        let peer = try await ScriptedPeer.connect(host: "127.0.0.1", port: port, .unframed)
        try await peer.send(Array("GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".utf8))
        var bytes = Data()
        while let more = try await peer.nextBytes() { bytes += more }
        await peer.close()
        return try Self.parse(bytes)
    }

    private static func parse(_ bytes: Data) throws -> Answer {
        let end = try #require(bytes.range(of: Data("\r\n\r\n".utf8)))
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        let headers = lines.dropFirst().map { $0.split(separator: ": ", maxSplits: 1).map(String.init) }
        return Answer(
            status: try #require(lines[0].split(separator: " ").dropFirst().first.flatMap { Int($0) }),
            headers: Dictionary(headers.map { ($0[0].lowercased(), $0.last ?? "") }) { $1 },
            body: bytes[end.upperBound...])
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
        try Self.member(Self.object(await Self.get("/gossip", from: server).body))
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
            let answer = try await Self.get(path, from: server)
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"]?.hasPrefix("application/json") == true)
            let document = try Self.object(answer.body)
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
            let answer = try await Self.get("/ping", from: server)
            #expect(answer.status == 200)
            #expect(try Self.object(answer.body)["text"] is String)
            #expect(try await Self.get("/streams/x", from: server).status == 404)
        }
    }

    @Test("a server that starts again has its HTTP port")
    func restart() async throws {
        let server = try await EmbeddedServer.startedOnOwnPorts(http: true)
        let port = try #require(server.httpPort)
        #expect(try await Self.get("/ping", from: server).status == 200)
        await server.stop()
        await #expect(throws: (any Error).self) { try await Self.get("/ping", from: server) }
        try await server.start()
        #expect(server.httpPort == port)
        #expect(try await Self.get("/ping", from: server).status == 200)
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
