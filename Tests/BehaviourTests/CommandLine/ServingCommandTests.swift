import Foundation
import PhotonPump
import ScriptedPeers
import Testing

@Suite("pump serve", .timeLimit(.minutes(1)), .enabled(if: PumpProcess.isBuilt, "pump is not built"))
struct ServingCommandTests {
    /// The ports of a node.
    private struct Node: Hashable {
        let tcp: Int
        let http: Int

        init?(_ line: String) {
            guard let match = line.wholeMatch(of: /ready tcp=127\.0\.0\.1:(\d+) http=127\.0\.0\.1:(\d+)/),
                let tcp = Int(match.1), let http = Int(match.2)
            else { return nil }
            (self.tcp, self.http) = (tcp, http)
        }
    }

    /// Starts a server on free ports, and waits until it is ready.
    private static func serve(_ arguments: String..., nodes count: Int = 1) async throws -> (PumpProcess, [Node]) {
        let server = try PumpProcess(["serve", "--port", "0", "--http-port", "0"] + arguments)
        let lines = try await server.lines(count)
        let nodes = lines.compactMap(Node.init)
        try #require(nodes.count == count, "\(lines)")
        return (server, nodes)
    }

    @Test("pump serve runs a cluster: a line for each node when it is ready, and gossip of all of them")
    func cluster() async throws {
        let (server, nodes) = try await Self.serve("--cluster-size", "3", nodes: 3)
        #expect(Set(nodes.flatMap { [$0.tcp, $0.http] }).count == 6)
        let states = ["master", "follower", "follower"]

        let seeds = nodes.map { "127.0.0.1:\($0.http)" }.joined(separator: ",")
        let json = try await PumpProcess.run(["gossip", "--json", "--connect", "discover://\(seeds)"])
        #expect(json.isFine)
        let told = try json.output.map(members)
        #expect(told.map { $0["tcp"] as? String } == nodes.map { "127.0.0.1:\($0.tcp)" })
        #expect(told.map { $0["http"] as? String } == nodes.map { "127.0.0.1:\($0.http)" })
        #expect(told.map { $0["state"] as? String } == states)
        #expect(told.map { $0["isAlive"] as? Bool } == [true, true, true])

        let text = try await PumpProcess.run([
            "gossip", "--connect", "tcp://127.0.0.1:\(nodes[0].tcp)", "--http-port", "\(nodes[1].http)",
        ])
        #expect(text.isFine)
        let rows = text.output.map { $0.split(separator: " ").map(String.init) }
        #expect(rows.first == ["STATE", "ALIVE", "TCP", "TLS", "HTTP", "WRITTEN", "EPOCH"])
        let expected = zip(nodes, states).map { node, state in
            [state, "yes", "127.0.0.1:\(node.tcp)", "-", "127.0.0.1:\(node.http)"]
        }
        #expect(rows.dropFirst().map { Array($0.prefix(5)) } == expected)

        server.send(SIGTERM)
        let outcome = try await server.outcome()
        #expect(outcome.isInterrupted)
        #expect(outcome.output.count == 3)
    }

    @Test("pump serve keeps what is written until it is asked to end, and ends orderly with clients connected")
    func single() async throws {
        let (server, nodes) = try await Self.serve()
        try await withClient("tcp://127.0.0.1:\(nodes[0].tcp)?operationTimeout=50s", logger: .silent) { client in
            try await client.publish(try Pony.events(1), to: "ponies")
            #expect(try await client.get("ponies").events.count == 1)
            server.send(SIGINT)
            #expect(try await server.outcome().isInterrupted)
        }
    }

    @Test("pump serve has the users that it is told, in their groups, and links events if it is told to")
    func usersAndProjections() async throws {
        let (server, nodes) = try await Self.serve(
            "--projections", "--user", "rarity:diamonds:$admins,$ops", "--user", "spike:gems")
        func connect<R>(_ login: String, _ body: (Client) async throws -> R) async throws -> R {
            try await withClient(
                "tcp://\(login)@127.0.0.1:\(nodes[0].tcp)?operationTimeout=50s", logger: .silent, body)
        }
        try await connect("rarity:diamonds") { client in
            try await client.publish(try Pony.events(1), to: "ponies-1")
            let links = try await client.get("$ce-ponies", resolveLinks: true)
            #expect(links.events.map(\.stream) == ["ponies-1"])
            let all = try await client.getAll()
            #expect(!all.events.isEmpty)
        }
        try await connect("spike:gems") { client in
            let refused = try await failure { try await client.getAll() }
            #expect(refused.code == .accessDenied)
        }
        let unknown = try await failure { try await connect("admin:changeit") { try await $0.ping() } }
        #expect(unknown.code == .notAuthenticated)
        server.send(SIGTERM)
        #expect(try await server.outcome().isInterrupted)
    }

    @Test(
        "pump serve refuses users without a name or a password, and keeps what was given to itself",
        arguments: ["raritydiamonds", ":diamonds", "rarity:diamonds:a:b"])
    func wrongUsers(user: String) async throws {
        let outcome = try await PumpProcess.run(["serve", "--port", "0", "--http-port", "0", "--user", user])
        #expect(outcome.isMisuse(saying: "--user"))
        #expect(!outcome.errors.joined().contains("diamonds"))
    }

    @Test(
        "pump serve warns of a host that others can reach, as anybody can log in",
        arguments: [("0.0.0.0", true), ("localhost", false)])
    func warning(host: String, isWarned: Bool) async throws {
        let server = try PumpProcess(["serve", "--port", "0", "--http-port", "0", "--host", host])
        _ = try await server.lines(1)
        server.send(SIGTERM)
        let outcome = try await server.outcome()
        #expect(outcome.status == 0)
        #expect(outcome.errors.contains { $0.hasPrefix("Warning: ") && $0.contains(host) } == isWarned, "\(outcome)")
    }

    @Test("pump serve says in one line that a port is taken", arguments: ["--port", "--http-port"])
    func taken(option: String) async throws {
        let port = try UnusedPort()
        let other = option == "--port" ? "--http-port" : "--port"
        let outcome = try await PumpProcess.run(["serve", option, "\(port.number)", other, "0"])
        #expect(outcome.isFailure(saying: "127.0.0.1:\(port.number)"))
        #expect(outcome.output == [])
    }

    @Test(
        "pump serve is told what is wrong with its arguments",
        arguments: [
            (["--cluster-size", "0"], "--cluster-size"), (["--port", "65536"], "--port"),
            (["--http-port", "-1"], "--http-port"), (["--gossip-format", "6"], "--gossip-format"),
            (["--tls-ca-file", "ca.pem"], "--tls-port"),
        ])
    func misuse(arguments: [String], words: String) async throws {
        #expect(try await PumpProcess.run(["serve"] + arguments).isMisuse(saying: words))
    }
}
