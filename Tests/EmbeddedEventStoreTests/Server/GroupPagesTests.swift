import Foundation
import PhotonPumpWire
import ScriptedPeers
import Testing

@testable import EmbeddedEventStore

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

@Suite("Persistent subscriptions over HTTP", .timeLimit(.minutes(1)))
struct GroupPagesTests {
    private static func withConsumer(_ body: (EmbeddedServer, ScriptedPeer) async throws -> Void) async throws {
        var configuration = EmbeddedServer.Configuration.patient
        configuration.httpPort = 0
        try await withEmbeddedServer(configuration, logger: .silent) { server in
            let consumer = try await ScriptedPeer.connect(to: server)
            try await consumer.create()
            try await consumer.write("a")
            try await consumer.consume()
            #expect(try await consumer.told() == "0@s")
            try await body(server, consumer)
        }
    }

    private static func post(
        _ path: String, _ login: String?, to server: EmbeddedServer
    ) async throws -> (result: String?, status: Int) {
        let port = try #require(server.httpPort)
        var request = URLRequest(url: try #require(URL(string: "http://127.0.0.1:\(port)\(path)")))
        request.httpMethod = "POST"
        if let login {
            let encoded = Data(login.utf8).base64EncodedString()
            request.setValue("Basic \(encoded)", forHTTPHeaderField: "Authorization")
        }
        let session = URLSession(configuration: .ephemeral)
        defer { session.invalidateAndCancel() }
        let (data, response) = try await session.data(for: request)
        let status = try #require(response as? HTTPURLResponse).statusCode
        return (try? HTTPTests.object(data)["result"] as? String, status)
    }

    @Test("persistent subscriptions over HTTP tell what there is of them")
    func info() async throws {
        try await Self.withConsumer { server, _ in
            let (data, response) = try await HTTPTests.get("/subscriptions/s/g/info", from: server)
            #expect(response.statusCode == 200)
            let info = try HTTPTests.object(data)
            #expect(info["eventStreamId"] as? String == "s")
            #expect(info["groupName"] as? String == "g")
            #expect(info["totalInFlightMessages"] as? Int == 1)
            #expect(info["connectionCount"] == nil, "real servers have it in their summaries only")
            let config = try #require(info["config"] as? [String: Any])
            #expect(config["namedConsumerStrategy"] as? String == "RoundRobin")
            let connection = try #require((info["connections"] as? [[String: Any]])?.first)
            #expect(connection["username"] as? String == "admin")
            #expect((connection["from"] as? String)?.hasPrefix("127.0.0.1") == true)
            let links = try #require(info["links"] as? [[String: String]])
            #expect(
                links.contains { $0["rel"] == "replayParked" && $0["href"]?.hasSuffix("/s/g/replayParked") == true })
            #expect(try await HTTPTests.get("/subscriptions/s/nope/info", from: server).1.statusCode == 404)
        }
    }

    @Test(
        "groups over HTTP are found under names that a path must escape, except where real servers fail",
        arguments: [
            ("$ce-a b ü", "/subscriptions/%24ce-a%20b%20%C3%BC/x%3Ay%25/info", 200),
            ("a/b", "/subscriptions/a%2Fb/x%3Ay%25/info", 404), ("a?b", "/subscriptions/a%3Fb/x%3Ay%25/info", 404),
            ("a#b", "/subscriptions/a%23b/x%3Ay%25/info", 404), ("a\\b", "/subscriptions/a%5Cb/x%3Ay%25/info", 404),
        ])
    func escaped(stream: String, path: String, status: Int) async throws {
        try await Self.withConsumer { server, client in
            let create = CreatePersistentSubscription(stream: stream, group: "x:y%", settings: .tested)
            try await client.request(create, .createPersistentSubscription)
            _ = try await client.next(.createPersistentSubscriptionCompleted)
            let (data, response) = try await HTTPTests.get(path, from: server)
            #expect(response.statusCode == status)
            if status == 200 { #expect(try HTTPTests.object(data)["eventStreamId"] as? String == stream) }
        }
    }

    @Test(
        "persistent subscriptions over HTTP replay what they have parked for administrators and operators",
        arguments: ["admin", "ops"])
    func replay(user: String) async throws {
        try await Self.withConsumer { server, consumer in
            try await consumer.park("a")
            try await consumer.expectSilence()
            let path = "/subscriptions/s/g/replayParked"
            for login in [nil, "admin:wrong", "nonsense"] {
                #expect(try await Self.post(path, login, to: server) == ("AccessDenied", 401))
            }
            try await consumer.expectSilence()
            #expect(try await Self.post(path, "\(user):changeit", to: server) == ("Success", 200))
            #expect(try await consumer.told() == "0@s by 0@$persistentsubscription-s::g-parked")
            let missing = try await Self.post("/subscriptions/s/nope/replayParked", "admin:changeit", to: server)
            #expect(missing == ("DoesNotExist", 404))
        }
    }

    @Test("persistent subscriptions over HTTP are not served by a follower")
    func follower() async throws {
        try await withEmbeddedCluster(.patient, logger: .silent) { cluster in
            let (_, response) = try await HTTPTests.get("/subscriptions/s/g/info", from: cluster.nodes[1])
            #expect(response.statusCode == 503)
        }
    }
}
