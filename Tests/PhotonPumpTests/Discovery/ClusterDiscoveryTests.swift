import Synchronization
import Testing

@testable import PhotonPump

/// Answers with what the test says, for each host the answers in turn and then the last one again.
private final class ScriptedGetter: HTTPGetter {
    enum Answer: Sendable {
        case gossip(state: String, port: Int)
        case status(Int)
        case text(String)
        case failure(HTTPFailure)
        /// Gossip that names nodes at these hosts.
        case hosts([String])
        /// Until the time for an answer is up.
        case silence
    }

    private let answers: Mutex<[String: [Answer]]>
    let requests = Mutex<[HTTPRequest]>([])

    init(_ answers: [String: [Answer]]) {
        self.answers = Mutex(answers)
    }

    var hosts: [String] { self.requests.withLock { $0.map(\.endpoint.host) } }

    func get(_ request: HTTPRequest) async throws -> HTTPResponse {
        self.requests.withLock { $0.append(request) }
        let answer = self.answers.withLock { answers -> Answer? in
            let rest = answers[request.endpoint.host] ?? []
            if rest.count > 1 { answers[request.endpoint.host]?.removeFirst() }
            return rest.first
        }
        switch answer {
        case .gossip(let state, let port):
            let member = """
                {"state":"\(state)","isAlive":true,"externalTcpIp":"10.0.0.1","externalTcpPort":\(port),\
                "httpEndPointIp":"node\(port)","httpEndPointPort":2113}
                """
            return HTTPResponse(status: 200, body: Array("{\"members\":[\(member)]}".utf8))
        case .hosts(let hosts):
            let members = hosts.map {
                #"{"state":"Master","isAlive":true,"externalTcpIp":"\#($0)","externalTcpPort":7,"#
                    + #""httpEndPointIp":"\#($0)","httpEndPointPort":2113}"#
            }
            return HTTPResponse(
                status: 200, body: Array("{\"members\":[\(members.joined(separator: ","))]}".utf8))
        case .silence:
            try await Task.sleep(for: request.timeout)
            throw HTTPFailure(description: "no answer")
        case .status(let status): return HTTPResponse(status: status, body: [])
        case .text(let text): return HTTPResponse(status: 200, body: Array(text.utf8))
        case .failure(let failure): throw failure
        case nil: throw HTTPFailure(description: "connection refused")
        }
    }
}

@Suite("Finding a node of a cluster", .timeLimit(.minutes(1)))
struct ClusterDiscoveryTests {
    private func discovery(_ getter: ScriptedGetter, seeds: [String], attempts: Int? = nil) -> ClusterDiscovery {
        var discovery = ClusterDiscovery(seeds: seeds.map { Endpoint(host: $0, port: 2113) })
        discovery.settings.maximumAttempts = attempts
        discovery.getter = getter
        discovery.lookUp = { [$0.host] }
        discovery.pause = { _ in }
        return discovery
    }

    @Test("finding a node of a cluster asks on until one answer names a node that can serve")
    func asksOn() async throws {
        let getter = ScriptedGetter(
            [
                "a": [.status(408)], "b": [.text("<html>")], "c": [.failure(HTTPFailure(description: "no route"))],
                "d": [.gossip(state: "Unknown", port: 1)], "e": [.status(503), .gossip(state: "Master", port: 7)],
            ]
        )
        let node = try await self.discovery(getter, seeds: ["a", "b", "c", "d", "e"]).findNode()
        #expect(node.endpoint == Endpoint(host: "10.0.0.1", port: 7))
        #expect(node.gossip.members == [node.member])
        #expect(Set(getter.hosts.prefix(5)) == ["a", "b", "c", "d", "e"])
        let request = try #require(getter.requests.withLock { $0.first })
        #expect(request.path == "/gossip?format=json")
        #expect(request.timeout == .seconds(1))
    }

    @Test(
        "S6: finding a node of a cluster fails after as many attempts as are allowed, saying what each endpoint answered"
    )
    func givesUp() async throws {
        let getter = ScriptedGetter(
            [
                "a": [.status(408)], "b": [.text("{}")], "c": [.gossip(state: "Slave", port: 0)],
            ]
        )
        let pauses = Mutex<[Duration]>([])
        var discovery = self.discovery(getter, seeds: ["a", "b", "c", "d"], attempts: 3)
        discovery.settings.interval = .milliseconds(20)
        discovery.pause = { pause in pauses.withLock { $0.append(pause) } }
        discovery.lookUp = { endpoint in
            if endpoint.host == "d" { throw HTTPFailure(description: "no such name") }
            return [endpoint.host == "node0" ? "5.6.7.8" : "1.2.3.4"]
        }
        discovery.seeds[1].port = 2114
        discovery.seeds[2].port = 2115
        let error = try await #require(throws: PhotonPumpError.self) { try await discovery.findNode() }
        #expect(error.code == .discoveryFailed)
        #expect(error.message.hasPrefix("no node of the cluster found in 3 attempts: "))
        for part in [
            "a:2113 at 1.2.3.4: it answered with status 408 (is it a single node without --gossip-on-single-node?)",
            "b:2114 at 1.2.3.4: its answer is not gossip",
            "c:2115 at 1.2.3.4: node0:2113 (follower): its TCP interface is switched off",
            "d:2113: no such name",
        ] {
            #expect(error.message.contains(part), "\(error.message)")
        }
        #expect(pauses.withLock { $0 } == [.milliseconds(20), .milliseconds(20)])
        // The node that a seed has named is asked, too, from then on.
        #expect(getter.hosts.count == 11)
    }

    @Test("finding a node of a cluster says no more than can be read of gossip that names thousands of nodes")
    func crowd() async throws {
        let member = #"{"state":"Manager","isAlive":false,"externalTcpIp":"x"}"#
        let crowd = #"{"members":[\#(repeatElement(member, count: 10_000).joined(separator: ","))]}"#
        let getter = ScriptedGetter(["a": [.text(crowd)], "b": [.text(crowd)]])
        let error = try await #require(throws: PhotonPumpError.self) {
            try await self.discovery(getter, seeds: ["a", "b"], attempts: 1).findNode()
        }
        #expect(error.message.utf8.count < 3000)
        for seed in ["a:2113: no node can serve: x:0", "b:2113: no node can serve: x:0"] {
            #expect(error.message.contains(seed), "\(error.message)")
        }
    }

    @Test("S2: finding a node of a cluster goes on without end unless told otherwise")
    func endless() async throws {
        let failures = [ScriptedGetter.Answer](repeating: .status(503), count: 500)
        let getter = ScriptedGetter(["a": failures + [.gossip(state: "Leader", port: 7)]])
        _ = try await self.discovery(getter, seeds: ["a"]).findNode()
        #expect(getter.hosts.count == 501)
    }

    @Test("S60: finding a node of a cluster does not repeat what must fail again")
    func permanent() async throws {
        let untrusted = HTTPFailure(description: "the certificate has expired", isPermanent: true)
        let getter = ScriptedGetter(["a": [.failure(untrusted)], "b": [.failure(untrusted)]])
        let error = try await #require(throws: PhotonPumpError.self) {
            try await self.discovery(getter, seeds: ["a", "b"]).findNode()
        }
        #expect(error.message.contains("in 1 attempt: "))
        #expect(error.message.contains("a:2113: the certificate has expired"))
        #expect(getter.hosts.count == 2)
    }

    @Test("finding a node of a cluster begins with the nodes of the gossip remembered, but for the one that failed")
    func remembered() async throws {
        let getter = ScriptedGetter(["node8": [.gossip(state: "Master", port: 8)], "seed": [.status(500)]])
        var remembered = ClusterGossip(members: [])
        for port in [7, 8] {
            var member = ClusterMember(state: .master, tcpHost: "10.0.0.1", tcpPort: port)
            member.http = Endpoint(host: "node\(port)", port: 2113)
            remembered.members.append(member)
        }
        let failed = Endpoint(host: "10.0.0.1", port: 7)
        let node = try await self.discovery(getter, seeds: ["seed"]).findNode(remembered: remembered, avoiding: failed)
        #expect(node.endpoint.port == 8)
        #expect(getter.hosts == ["node8"])
    }

    @Test("finding a node of a cluster reaches a seed that answers within one round, however many others are silent")
    func silentMembers() async throws {
        let silent = (0..<1000).map { "silent\($0)" }
        var answers = Dictionary(uniqueKeysWithValues: silent.map { ($0, [ScriptedGetter.Answer.silence]) })
        answers["seed"] = [.gossip(state: "Master", port: 7)]
        let remembered = Self.gossip(silent)
        let getter = ScriptedGetter(answers)
        var discovery = self.discovery(getter, seeds: ["silent1", "silent2", "seed"], attempts: 1)
        // Those that are silent are, for longer than the test may take.
        discovery.settings.gossipTimeout = .seconds(3600)
        discovery.patience = .seconds(2)
        let node = try await discovery.findNode(remembered: remembered)
        #expect(node.endpoint.port == 7)
        #expect(getter.hosts.count <= 8 + 3)
    }

    /// Gossip that names followers at these hosts.
    private static func gossip(_ hosts: [String]) -> ClusterGossip {
        ClusterGossip(
            members: hosts.map {
                var member = ClusterMember(state: .follower, tcpHost: $0, tcpPort: 1113)
                member.http = Endpoint(host: $0, port: 2113)
                return member
            })
    }

    @Test(
        "finding a node of a cluster forgets nodes after a round in vain in which a seed has answered, but for those that the seed names"
    )
    func forgets() async throws {
        let getter = ScriptedGetter(
            [
                "seed": [.gossip(state: "Unknown", port: 5)],
                "node5": [.status(503), .gossip(state: "Master", port: 9)],
            ])
        let heard = Mutex<[ClusterGossip]>([])
        var discovery = self.discovery(getter, seeds: ["seed", "silent"])
        discovery.heard = { gossip in heard.withLock { $0.append(gossip) } }
        let node = try await discovery.findNode(remembered: Self.gossip(["forged1", "forged2"]))
        #expect(node.endpoint.port == 9)
        #expect(Set(getter.hosts.prefix(4)) == ["seed", "silent", "forged1", "forged2"])
        #expect(Set(getter.hosts.dropFirst(4)).isSubset(of: ["seed", "silent", "node5"]), "\(getter.hosts)")
        #expect(heard.withLock { $0.allSatisfy { $0.members.map(\.tcpHost) == ["10.0.0.1"] } && !$0.isEmpty })
    }

    @Test(
        "finding a node of a cluster forgets no node while all seeds are gone: those who were silent may be all that is left"
    )
    func remembers() async throws {
        let getter = ScriptedGetter(["node1": [.status(503), .status(503), .gossip(state: "Master", port: 9)]])
        var discovery = self.discovery(getter, seeds: ["gone"])
        discovery.heard = { _ in Issue.record("nobody has said anything") }
        let node = try await discovery.findNode(remembered: Self.gossip(["node1", "node2"]))
        #expect(node.endpoint.port == 9)
    }

    @Test(
        "finding a node of a cluster takes the host that was asked for one that gossip cannot mean as it is written",
        arguments: [
            ("0.0.0.0", "10.1.1.1", "seed"), ("::", "10.1.1.1", "seed"), ("127.0.0.1", "10.1.1.1", "seed"),
            ("localhost", "10.1.1.1", "seed"), ("127.0.0.1", "127.0.0.1", "127.0.0.1"), ("::1", "::1", "::1"),
            ("10.2.2.2", "10.1.1.1", "10.2.2.2"),
        ])
    func unreachable(_ row: (named: String, address: String, expected: String)) async throws {
        var discovery = self.discovery(ScriptedGetter(["seed": [.hosts([row.named])]]), seeds: ["seed"], attempts: 1)
        discovery.lookUp = { _ in [row.address] }
        let node = try await discovery.findNode()
        #expect(node.endpoint == Endpoint(host: row.expected, port: 7))
        #expect(node.member.http == Endpoint(host: row.expected, port: 2113))
    }

    @Test("finding a node of a cluster passes over nodes whose hosts would do something to a terminal")
    func controlCharacters() async throws {
        for evil in ["\\u001b]0;pwned", "a\\u007f", "a\\u009b2J", "a\\nb", "a\\u202eb"] {
            let getter = ScriptedGetter(["seed": [.hosts([evil, "good"])]])
            let node = try await self.discovery(getter, seeds: ["seed"], attempts: 1).findNode()
            #expect(node.gossip.members.map(\.tcpHost) == ["good"])
        }
    }

    @Test("S13: finding a node of a cluster looks names up again at each attempt")
    func looksUpAgain() async throws {
        let getter = ScriptedGetter(["a": [.status(503), .gossip(state: "Master", port: 1)]])
        var discovery = self.discovery(getter, seeds: ["a"])
        let count = Mutex(0)
        discovery.lookUp = { _ in
            let number = count.withLock { count in
                count += 1
                return count
            }
            return ["10.0.0.\(number)"]
        }
        _ = try await discovery.findNode()
        #expect(getter.requests.withLock { $0.map(\.address) } == ["10.0.0.1", "10.0.0.2"])
    }

    @Test("finding a node of a cluster ends when its task is cancelled, in a pause too")
    func cancelled() async throws {
        let (pauses, paused) = AsyncStream.makeStream(of: Void.self)
        var discovery = self.discovery(ScriptedGetter([:]), seeds: ["a"])
        discovery.pause = { _ in
            paused.yield()
            try await Task.sleep(for: .seconds(3600))
        }
        let search = Task { [discovery] in try await discovery.findNode() }
        for await _ in pauses { break }
        search.cancel()
        await #expect(throws: CancellationError.self) { try await search.value }
    }

    @Test("finding a node of a cluster follows the settings of a client")
    func settings() throws {
        var configuration = try Client.Configuration("discover://h1:1,h2:2?tls=true&nodePreference=follower")
        var discovery = try #require(ClusterDiscovery(configuration))
        #expect(discovery.seeds == [Endpoint(host: "h1", port: 1), Endpoint(host: "h2", port: 2)])
        #expect(discovery.selection.preference == .follower)
        #expect(discovery.selection.usesTLS)
        #expect(discovery.gossipTLS == TLSSettings())
        configuration.discovery.gossipOverTLS = false
        discovery = try #require(ClusterDiscovery(configuration))
        #expect(discovery.gossipTLS == nil)
        #expect(ClusterDiscovery(Client.Configuration()) == nil)
    }
}
