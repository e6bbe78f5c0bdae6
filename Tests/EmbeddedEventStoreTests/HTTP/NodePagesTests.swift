import Foundation
import PhotonPumpTransport
import PhotonPumpWire
import ScriptedPeers
import Testing

@testable import EmbeddedEventStore

@Suite("The node over HTTP", .timeLimit(.minutes(1)))
struct NodePagesTests {
    @Test("a node over HTTP says what it is, in the words of its generation")
    func info() async throws {
        for (generation, states) in [
            (Generation.version5, ["master", "slave"]), (.version20, ["leader", "follower"]),
        ] {
            var configuration = EmbeddedCluster.Configuration.patient
            configuration.node.generation = generation
            try await withEmbeddedCluster(configuration, logger: .silent) { cluster in
                for (node, state) in zip(cluster.nodes, states) {
                    let info = try await node.ask("GET", "/info").members
                    #expect(info["state"] as? String == state)
                    #expect((info["esVersion"] as? String)?.hasPrefix(generation == .version5 ? "5." : "20.") == true)
                    #expect(info["projectionsMode"] as? String == "None")
                }
            }
        }
    }

    private static func checksum(_ server: EmbeddedServer) async throws -> Int {
        let es = try await server.ask("GET", "/stats").members["es"] as? [String: Int]
        return try #require(es?["checksum"])
    }

    @Test("a node over HTTP tells of its clients, and how much it has written")
    func statistics() async throws {
        try await withHTTPServer { server in
            let before = try await Self.checksum(server)
            let peer = try await ScriptedPeer.connect(to: server)
            try await peer.send(
                Package(
                    .identifyClient, GUID(1, 1), payload: IdentifyClient(version: 1, connectionName: "me").encoded()))
            #expect(try await peer.next()?.command == .clientIdentified)
            try await peer.write("a")
            #expect(try await Self.checksum(server) > before)
            let proc = try #require(try await server.ask("GET", "/stats").members["proc"] as? [String: Any])
            #expect((proc["tcp"] as? [String: Int])?["connections"] == 1)
            let tcp = try await server.ask("GET", "/stats/tcp").body
            let clients = try #require(JSONSerialization.jsonObject(with: tcp) as? [[String: Any]])
            #expect(clients.map { $0["clientConnectionName"] as? String } == ["me"])
            await peer.close()
        }
    }

    @Test("a node over HTTP is scavenged by operators, and the last scavenge can be stopped")
    func scavenge() async throws {
        try await withHTTPServer { server in
            for login in [nil, "x:y"] {
                #expect(try await server.ask("POST", "/admin/scavenge", as: login).status == 401)
            }
            let ops = "ops:changeit"
            #expect(try await server.ask("DELETE", "/admin/scavenge/nope", as: ops).text == "null")
            let first = try await server.ask("POST", "/admin/scavenge", as: ops).members["scavengeId"]
            let second = try await server.ask("POST", "/admin/scavenge", as: ops).members["scavengeId"]
            let ids = try [first, second].map { try #require($0 as? String) }
            #expect(ids[0] != ids[1])
            #expect(try await server.ask("DELETE", "/admin/scavenge/\(ids[0])", as: ops).status == 404)
            let stopped = try await server.ask("DELETE", "/admin/scavenge/\(ids[1])", as: ops)
            #expect(stopped.status == 200)
            #expect(stopped.text == "\"\(ids[1])\"")
        }
    }

    @Test("a node over HTTP is shut down by operators, who have their answer, as by its own stop")
    func shutdown() async throws {
        let server = try await EmbeddedServer.startedOnOwnPorts(http: true)
        #expect(try await server.ask("POST", "/admin/shutdown").status == 401)
        let subscriber = try await ScriptedPeer.connect(to: server)
        try await subscriber.subscribe("s")
        #expect(try await server.ask("POST", "/admin/shutdown", as: "ops:changeit").status == 200)
        #expect(try await subscriber.next()?.command == .subscriptionDropped)
        #expect(try await subscriber.next() == nil)
        // It can be started again, and goes on.
        await server.stop()
        try await server.start()
        #expect(try await server.ask("GET", "/ping").status == 200)
        await server.stop()
    }

    @Test("a node in memory is shut down over HTTP, too")
    func shutdownInMemory() async throws {
        let environment = Environment(memory: MemoryHost())
        var configuration = EmbeddedServer.Configuration.patient
        configuration.httpPort = 0
        let server = EmbeddedServer(configuration, logger: .silent, environment: environment)
        try await server.start()
        let port = try #require(server.httpPort)
        let authorization = "Basic \(Data("admin:changeit".utf8).base64EncodedString())"
        let request = MemoryHTTP.Request(
            method: "POST", path: "/admin/shutdown", headers: ["Authorization": authorization])
        let answer = try await withCheckedThrowingContinuation { answered in
            do {
                try environment.memory?.request(request, port: port) { answered.resume(returning: $0?.status) }
            } catch {
                answered.resume(throwing: error)
            }
        }
        #expect(answer == 200)
        while await server.isRunning {
            try Task.checkCancellation()
            await Task.yield()
        }
    }
}
