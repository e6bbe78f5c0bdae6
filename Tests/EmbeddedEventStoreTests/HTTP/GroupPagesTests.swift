import Foundation
import PhotonPumpWire
import ScriptedPeers
import Testing

@testable import EmbeddedEventStore

@Suite("Persistent subscriptions over HTTP", .timeLimit(.minutes(1)))
struct GroupPagesTests {
    private static let admin = "admin:changeit"
    private static let ops = "ops:changeit"

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

    @Test("persistent subscriptions over HTTP tell what there is of them")
    func info() async throws {
        try await Self.withConsumer { server, _ in
            let answer = try await server.ask("GET", "/subscriptions/s/g/info", as: Self.ops)
            #expect(answer.status == 200)
            let info = try answer.members
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
            #expect(try await server.ask("GET", "/subscriptions/s/nope/info", as: Self.ops).status == 404)
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
            let answer = try await server.ask("GET", path, as: Self.ops)
            #expect(answer.status == status)
            if status == 200 { #expect(try answer.members["eventStreamId"] as? String == stream) }
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
                let answer = try await server.ask("POST", path, as: login)
                #expect(answer.status == 401)
                #expect(answer.body.isEmpty)
            }
            let pony = #"{"loginName":"pony","password":"hay"}"#
            #expect(try await server.ask("POST", "/users/", as: Self.admin, pony).status == 201)
            let denial = try await server.ask("POST", path, as: "pony:hay")
            #expect(denial.status == 401)
            #expect(try denial.members["result"] as? String == "AccessDenied")
            try await consumer.expectSilence()
            let success = try await server.ask("POST", path, as: "\(user):changeit")
            #expect(success.status == 200)
            #expect(try success.members["result"] as? String == "Success")
            #expect(try await consumer.told() == "0@s by 0@$persistentsubscription-s::g-parked")
            let missing = try await server.ask("POST", "/subscriptions/s/nope/replayParked", as: Self.admin)
            #expect(missing.status == 404)
            #expect(try missing.members["result"] as? String == "DoesNotExist")
        }
    }

    @Test("persistent subscriptions over HTTP are the ones that clients of TCP consume")
    func managing() async throws {
        try await Self.withConsumer { server, consumer in
            let path = "/subscriptions/s/g"
            #expect(try await server.ask("PUT", path, as: Self.ops, "{}").status == 409)
            let update = try await server.ask("POST", path, as: Self.ops, #"{"messageTimeoutMilliseconds":0}"#)
            #expect(update.status == 200)
            #expect(update.headers["location"] == "http://127.0.0.1:2113/subscriptions/s/g")
            #expect(try await consumer.told() == "dropped 0")
            try await consumer.consume()
            #expect(try await consumer.told() == "0@s")
            #expect(try await server.ask("DELETE", path, as: Self.ops).status == 200)
            #expect(try await consumer.told() == "dropped 0")
            #expect(try await server.ask("GET", "/subscriptions", as: Self.ops).text == "[]")
        }
    }

    @Test("persistent subscriptions over HTTP are left alone by whoever may not change them, or says it wrongly")
    func refused() async throws {
        try await Self.withConsumer { server, consumer in
            let pony = #"{"loginName":"pony","password":"hay"}"#
            #expect(try await server.ask("POST", "/users/", as: Self.admin, pony).status == 201)
            let path = "/subscriptions/s/g"
            for (method, path) in [
                ("PUT", "/subscriptions/s/new"), ("POST", path), ("DELETE", path),
            ] {
                #expect(try await server.ask(method, path, as: "pony:hay", "{}").status == 401)
            }
            for value in [#""many""#, "5000000000", "1.5"] {
                let wrong = try await server.ask("POST", path, as: Self.ops, #"{"bufferSize":\#(value)}"#)
                #expect(wrong.status == 400)
                #expect(!wrong.text.isEmpty)
            }
            try await consumer.expectSilence()
        }
    }

    @Test("persistent subscriptions over HTTP are not served by a follower")
    func follower() async throws {
        try await withEmbeddedCluster(.patient, logger: .silent) { cluster in
            let answer = try await cluster.nodes[1].ask("GET", "/subscriptions/s/g/info", as: Self.ops)
            #expect(answer.status == 503)
        }
    }
}
