import EmbeddedEventStore
import PhotonPump
import Testing

@Suite("A server that is away", .timeLimit(.minutes(1)), .enabled(if: TestServer.isEmbedded, "stops the server"))
struct OutageTests {
    /// Runs `body` with a cluster of one node, which keeps its ports while it is stopped, and a client of it.
    static func run(
        _ adjust: (inout Client.Configuration) -> Void = { _ in },
        byGossip: Bool = false,
        _ body: (EmbeddedCluster, Client) async throws -> Void
    ) async throws {
        try await withEmbeddedCluster(.init(size: 1), logger: .silent) { cluster in
            let url = byGossip ? cluster.connectionString : cluster.nodes[0].connectionString
            var configuration = try Client.Configuration(url)
            // However busy the machine is, unless a test is about time.
            configuration.operationTimeout = .seconds(50)
            configuration.connectTimeout = .seconds(50)
            configuration.discovery.gossipTimeout = .seconds(30)
            configuration.discovery.interval = .milliseconds(10)
            configuration.reconnection.maximumDelay = .milliseconds(100)
            adjust(&configuration)
            let client = try Client(configuration, logger: .silent)
            do {
                try await body(cluster, client)
            } catch {
                Issue.record(error)
            }
            await client.close()
        }
    }

    @Test(
        "S1: a server that is off is an error of connect() within its time, and never a success",
        arguments: [(false, .connectionFailed), (true, .discoveryFailed)] as [(Bool, PhotonPumpError.Code)])
    func connect(_ row: (byGossip: Bool, code: PhotonPumpError.Code)) async throws {
        let settings: (inout Client.Configuration) -> Void = { $0.connectTimeout = .seconds(1) }
        try await Self.run(settings, byGossip: row.byGossip) { cluster, client in
            try await cluster.kill(0)
            let changes = await client.changes
            let began = ContinuousClock.now
            let error = try await failure { try await client.connect() }
            #expect(error.code == row.code)
            #expect(.now - began < .seconds(1 + patience))
            #expect(await client.status.phase == .idle)
            await client.close()
            for await change in changes {
                if case .connected = change { Issue.record("connected to a server that is off") }
            }
        }
    }

    @Test(
        "S3: a server that is away fails a thousand writes at their deadline, and nothing of them is left",
        arguments: [false, true])
    func deadlines(wasConnected: Bool) async {
        // In a process of its own, for a thousand tasks are late where there are others.
        await #expect(processExitsWith: .success) { [wasConnected = wasConnected as Bool] in
            try await Self.missDeadlines(wasConnected: wasConnected)
        }
    }

    private static func missDeadlines(wasConnected: Bool) async throws {
        try await Self.run { cluster, client in
            let changes = await client.changes
            if wasConnected { try await client.connect() }
            try await cluster.kill(0)
            // What is sent to a server whose end the client has not heard of may have arrived.
            if wasConnected { for await case .disconnected in changes { break } }
            await withTaskGroup { group in
                for number in 0..<1000 {
                    group.addTask { await Self.failsInTime(client, number) }
                }
                #expect(await group.reduce(into: 0) { if $1 { $0 += 1 } } == 1000)
            }
            #expect(await client.load == ClientLoad())
            // Whoever was connected once tries on; nobody waits for a first connection any more.
            if !wasConnected { #expect(await client.status.phase == .idle) }
            try await cluster.restart(0)
            #expect(try await client.lastEventNumber(of: "ponies") == nil, "nothing was written")
        }
    }

    private static func failsInTime(_ client: Client, _ number: Int) async -> Bool {
        let options = CallOptions(timeout: .seconds(1))
        do {
            _ = try await client.publish(try Pony.events(1), to: "ponies", options: options)
        } catch let error as PhotonPumpError {
            guard error.code == .timedOut, !error.mayHaveBeenApplied, let elapsed = error.elapsed else { return false }
            return elapsed >= .seconds(1) && elapsed < .seconds(5)
        } catch {}
        return false
    }

    @Test(
        "S6: all that wait fail when the search for a node is given up, and a later call makes the client search again")
    func discoveryGivesUp() async throws {
        let settings: (inout Client.Configuration) -> Void = { $0.discovery.maximumAttempts = 3 }
        try await Self.run(settings, byGossip: true) { cluster, client in
            try await client.ping()
            let changes = await client.changes
            try await cluster.kill(0)
            let calls = (0..<10).map { _ in Task { try await client.ping() } }
            for call in calls {
                let error = try await failure { try await call.value }
                #expect(error.code == .discoveryFailed)
                #expect(error.message.contains("in 3 attempts"), "\(error)")
            }
            #expect(await client.load == ClientLoad())
            for await case .gaveUp(let error) in changes {
                #expect(error.code == .discoveryFailed)
                break
            }
            try await cluster.restart(0)
            try await client.ping()
        }
    }

    @Test("S7: a connection that broke without a word is one disconnection to everybody who listens or follows")
    func reset() async throws {
        try await Self.run { cluster, client in
            try await client.publish(try Pony.events(1), to: "ponies")
            try await client.createSubscription("herd", to: "ponies")
            let following = [
                try await client.subscribe(to: "ponies", from: .start), try await client.subscribe(to: "ponies"),
            ]
            let follows = following.map(\.changes)
            // It reads on when its consumer has what was read.
            var events = following[0].events.makeAsyncIterator()
            #expect(try await events.next()?.number == 0)
            for (subscription, changes) in zip(following, follows) { await subscription.isLive(changes) }
            let herd = try await client.connectSubscription("herd", to: "ponies")
            let consumption = herd.changes
            let listeners = [await client.changes, await client.changes]
            await cluster.nodes[0].dropConnections(abruptly: true)
            try await client.ping()
            for changes in follows {
                let names = await changes.comeback().map(\.name)
                #expect(names.filter { $0 == "interrupted" }.count == 1, "\(names)")
            }
            #expect(await consumption.upTo("connected").map(\.name) == ["interrupted", "connected"])
            await client.close()
            for changes in follows { #expect(await changes.upTo("ended").map(\.name) == ["ended"]) }
            for changes in listeners {
                let names = await changes.reduce(into: []) { $0.append($1.name) }
                #expect(names.filter { $0 != "reconnecting" } == ["disconnected", "connected", "closed"])
            }
        }
    }

    @Test(
        "an outage is told of from beginning to end: disconnected and why, each attempt and its pause, connected, closed"
    )
    func changes() async throws {
        try await Self.run { cluster, client in
            let changes = await client.changes
            try await client.connect()
            try await cluster.kill(0)
            var seen: [ConnectionChange] = []
            var restart: Task<Void, any Error>?
            for await change in changes {
                seen.append(change)
                if case .reconnecting(let attempt, _, _) = change, attempt >= 5, restart == nil {
                    // Changes are read on meanwhile, lest they are too many to be kept.
                    restart = Task { try await cluster.restart(0) }
                }
                if seen.count > 1, case .connected = change { await client.close() }
            }
            try await restart?.value
            let endpoint = Endpoint(host: "127.0.0.1", port: cluster.nodes[0].port)
            #expect(seen.filter { $0.name == "connected" }.count == 2)
            guard case .connected(endpoint)? = seen.first, case .disconnected(let loss)? = seen.dropFirst().first,
                case .closed? = seen.last
            else { return #expect(Bool(false), "\(seen)") }
            #expect(loss.code == .connectionLost)
            #expect(loss.endpoint == "\(endpoint)")

            var attempts: [Int] = []
            for case .reconnecting(let attempt, let pause, let cause) in seen {
                attempts.append(attempt)
                #expect(pause <= .milliseconds(100))
                #expect([.connectionLost, .connectionFailed].contains(cause.code))
            }
            // The first is made at once, unless the connection was lost as soon as it was made.
            let first = try #require(attempts.first)
            #expect(first == 1 || first == 2)
            #expect(attempts == Array(first..<(first + attempts.count)))
        }
    }

    @Test("a server that is away is not tried for ever when that is not wanted")
    func attemptsAreLimited() async throws {
        let settings: (inout Client.Configuration) -> Void = {
            $0.reconnection.maximumAttempts = 3
            $0.reconnection.maximumDelay = .milliseconds(100)
        }
        try await Self.run(settings) { cluster, client in
            try await client.connect()
            let changes = await client.changes
            try await cluster.kill(0)
            for await case .gaveUp(let error) in changes {
                #expect(error.code == .connectionFailed)
                break
            }
            #expect(await client.status.phase == .idle)
            #expect(try await failure { try await client.connect() }.code == .connectionFailed)
            try await cluster.restart(0)
            try await client.ping()
        }
    }
}

/// How many seconds late a busy machine may be.
let patience = 30

extension ConnectionChange {
    var name: String {
        switch self {
        case .connected: "connected"
        case .disconnected: "disconnected"
        case .reconnecting: "reconnecting"
        case .authenticationFailed: "authentication failed"
        case .gaveUp: "gave up"
        case .closed: "closed"
        }
    }
}
