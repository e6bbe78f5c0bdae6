import EmbeddedEventStore
import PhotonPump
import PhotonPumpTesting
import Synchronization
import Testing

@Suite(
    "A simulation", .timeLimit(.minutes(1)),
    .enabled(if: TestServer.isEmbedded, "has its own server"))
struct SimulationTests {
    /// Runs `body` with a client and a server that have the settings that they have by default.
    private static func run<Output: Sendable>(
        seed: UInt64 = 7, limit: Duration = .seconds(86_400),
        _ adjust: @escaping @Sendable (inout Client.Configuration) -> Void = { _ in },
        _ body: @escaping @Sendable (Client, EmbeddedServer, Simulation) async throws -> Output
    ) async throws -> Output {
        try await withSimulation(seed: seed, limit: limit) { simulation in
            try await withEmbeddedServer(in: simulation.network, logger: .silent) { server in
                var configuration = try Client.Configuration(server.connectionString)
                adjust(&configuration)
                return try await withClient(configuration, in: simulation.network, logger: .silent) { client in
                    try await body(client, server, simulation)
                }
            }
        }
    }

    @Test("a simulation passes an hour in no time")
    func hour() async throws {
        try await Self.run { client, _, simulation in
            let began = simulation.elapsed
            try await simulation.sleep(for: .seconds(3600))
            #expect(simulation.elapsed - began == .seconds(3600))
            try await client.publish(Pony.events(1), to: "ponies")
            #expect(try await client.getLastEvent(in: "ponies").number == 0)
        }
    }

    /// Subscribes, lets something happen, and sees that the subscription gets what is written after that.
    ///
    /// - Returns: whether it does so on the same connection.
    private static func goesOn(
        after happening: @escaping @Sendable (EmbeddedServer, Simulation) async throws -> Void
    ) async throws -> Bool {
        try await Self.run { client, server, simulation in
            let following = try await client.subscribe(to: "ponies", from: .start)
            await following.isLive(following.changes)
            let since = await client.status.since
            try await happening(server, simulation)
            try await client.publish(Pony.events(1), to: "ponies")
            var events = following.events.makeAsyncIterator()
            #expect(try await events.next()?.number == 0)
            #expect(await client.status.phase == .connected)
            return await client.status.since == since
        }
    }

    @Test("S11: a client in a simulation that stood still for a minute, and was given up, resumes by itself")
    func standstill() async throws {
        let isSame = try await Self.goesOn { server, simulation in
            await server.dropConnections()
            simulation.stall(for: .seconds(60))
        }
        #expect(!isSame)
    }

    @Test("S11: a client on a machine that slept for a minute goes on by itself in a simulation")
    func sleepingMachine() async throws {
        _ = try await Self.goesOn { _, simulation in
            let before = simulation.elapsed
            simulation.stall(for: .seconds(60))
            #expect(simulation.elapsed - before == .seconds(60))
        }
    }

    @Test("a client in a simulation gives up a server that is silent for a minute, and resumes by itself")
    func silence() async throws {
        let isSame = try await Self.goesOn { server, simulation in
            await server.suspend()
            try await simulation.sleep(for: .seconds(60))
            await server.resume()
        }
        #expect(!isSame)
    }

    @Test("S12: a subscription in a simulation gets the next event after ten idle minutes, on its connection")
    func idle() async throws {
        let isSame = try await Self.goesOn { server, simulation in
            try await simulation.sleep(for: .seconds(600))
            #expect(await server.connectionCount == 1)
        }
        #expect(isSame)
    }

    @Test("a subscription whose end is refused, because the node is not ready, ends when the node is")
    func refusedEnd() async throws {
        try await Self.run { client, server, simulation in
            let refusal = try await server.faults.add(.answer(.notReady, to: .unsubscribe, times: 3))
            let following = try await client.subscribe(to: "ponies", from: .start)
            await following.isLive(following.changes)
            following.stop()
            try await simulation.sleep(for: .seconds(5))
            #expect(refusal.effectCount == 3)
            #expect(await client.leftovers == [])
            #expect(await server.leftovers == [])
        }
    }

    @Test("S15: a handler that takes half a minute costs no connection in a simulation")
    func slowHandler() async throws {
        try await Self.run { client, _, simulation in
            try await client.publish(try Pony.events(3), to: "ponies")
            let since = await client.status.since
            for try await _ in client.iter("ponies", pageSize: 1) { try await simulation.sleep(for: .seconds(30)) }
            #expect(simulation.elapsed >= .seconds(3 * 30))
            #expect(await client.status.since == since)
        }
    }

    @Test("S21: a server in a simulation that answers everything late is not left for another connection")
    func lateAnswers() async throws {
        try await Self.run {
            $0.operationTimeout = .seconds(60)
        } _: { client, server, simulation in
            let since = await client.status.since
            try await server.faults.add(.delayReply(to: .heartbeat, by: .milliseconds(900)))
            try await server.faults.add(.delayReply(by: .seconds(30)))
            for number in 0..<8 {
                let written = try await client.publish(try Pony.events(1), to: "ponies")
                #expect(written.lastEventNumber == Int64(number))
            }
            #expect(simulation.elapsed >= .seconds(8 * 30))
            #expect(await client.status.since == since)
        }
    }

    @Test("time limits, maximum ages and message timeouts apply in a simulation as they are")
    func limits() async throws {
        try await Self.run { client, server, simulation in
            try await client.publish(Pony.events(1), to: "ponies")
            // A call's ten seconds.
            try await server.faults.add(.loseReply(to: .readEvent, times: 1))
            let began = simulation.elapsed
            await #expect(throws: PhotonPumpError.self) { try await client.getLastEvent(in: "ponies") }
            #expect(simulation.elapsed - began == .seconds(10))
            // A message timeout of half a minute.
            var settings = PersistentSubscriptionSettings()
            settings.startFrom = .start
            try await client.createSubscription("herd", to: "ponies", settings: settings)
            let herd = try await client.connectSubscription("herd", to: "ponies")
            var deliveries = herd.events.makeAsyncIterator()
            _ = try await deliveries.next()
            let delivered = simulation.elapsed
            let again = try #require(try await deliveries.next())
            #expect(again.retryCount == 1)
            #expect(simulation.elapsed - delivered >= .seconds(29))
            herd.ack(again)
            // A maximum age of an hour.
            try await client.editMetadata(of: "ponies") { $0.maxAge = .seconds(3600) }
            #expect(try await client.get("ponies").events.count == 1)
            try await simulation.sleep(for: .seconds(2 * 3600))
            #expect(try await client.get("ponies").events.isEmpty)
        }
    }

    @Test("a client in a simulation reconnects to a server that was away for an hour")
    func outage() async throws {
        try await Self.run { client, server, simulation in
            try await client.ping()
            await server.kill()
            try await simulation.sleep(for: .seconds(3600))
            try await server.start()
            try await client.waitUntilConnected(timeout: .seconds(3600))
            try await client.ping()
        }
    }

    @Test("a simulation repeats its run for the same seed, and makes another for another one")
    func repeats() async throws {
        func run(_ seed: UInt64) async throws -> (UInt64, Duration) {
            try await withSimulation(seed: seed) { simulation in
                try await withEmbeddedCluster(in: simulation.network, logger: .silent) { cluster in
                    try await withClient(cluster.connectionString, in: simulation.network, logger: .silent) { client in
                        try await Self.work(client, cluster, simulation)
                    }
                }
                return (simulation.digest, simulation.elapsed)
            }
        }
        for seed in 1...5 as ClosedRange<UInt64> {
            let (first, second, other) = (try await run(seed), try await run(seed), try await run(seed + 100))
            #expect(first == second)
            #expect(first.0 != other.0)
        }
    }

    /// Keeps several clients, writers and subscriptions busy while a node dies and connections are lost.
    private static func work(_ client: Client, _ cluster: EmbeddedCluster, _ simulation: Simulation) async throws {
        try await client.publish(Pony.events(1), to: "ponies")
        try await client.createSubscription("herd", to: "ponies")
        let other = try Client(.init(cluster.connectionString), in: simulation.network, logger: .silent)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for writer in 0..<3 {
                tasks.addTask {
                    for _ in 0..<10 {
                        try await (writer == 0 ? other : client).publish(Pony.events(1), to: "ponies")
                        try await simulation.sleep(for: .seconds(1))
                    }
                }
                tasks.addTask {
                    let following = try await client.subscribe(to: "ponies", from: .start)
                    for try await event in following.events where event.number == 30 { break }
                }
                tasks.addTask {
                    let herd = try await other.connectSubscription("herd", to: "ponies")
                    for try await event in herd.events { herd.ack(event) }
                }
            }
            tasks.addTask {
                try await simulation.sleep(for: .seconds(4))
                try await cluster.kill(0)
                try await simulation.sleep(for: .seconds(2))
                try await cluster.restart(0)
                for node in cluster.nodes { await node.dropConnections() }
            }
            // All but the consumers, who would go on for ever.
            for _ in 0..<7 { try await tasks.next() }
            tasks.cancelAll()
        }
        await other.close()
    }

    @Test("a simulation in which nothing can happen any more says so, with what was done last")
    func stuck() async throws {
        let error = try await #require(throws: SimulationError.self) {
            try await withSimulation(seed: 3) { simulation in
                try await simulation.sleep(for: .seconds(5))
                await Self.never()
            }
        }
        #expect(error.seed == 3)
        #expect("\(error)".contains("nothing is left to do, and nothing is due after 5 s"), "\(error)")
        #expect("\(error)".contains("5 s: the end of a sleep"), "\(error)")

        let late = try await #require(throws: SimulationError.self) {
            try await Self.run(limit: .seconds(60)) { _, _, _ in await Self.never() }
        }
        #expect("\(late)".contains("the time of the simulation is up"), "\(late)")
    }

    /// Returns when its task is cancelled.
    private static func never() async {
        let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
        for await _ in stream {}
        withExtendedLifetime(continuation) {}
    }

    @Test("a simulation's time stands still while it waits for the outside")
    func outside() async throws {
        try await Self.run { client, _, simulation in
            let before = simulation.elapsed
            let answer = try await simulation.outside {
                try await Task.sleep(for: .milliseconds(20))
                return 42
            }
            #expect(answer == 42)
            #expect(simulation.elapsed == before)
            try await client.ping()
        }
    }

    @Test("a simulation throws what its body throws, and ends with the task that runs it")
    func ends() async throws {
        struct Thrown: Error {}
        await #expect(throws: Thrown.self) { try await withSimulation(seed: 1) { _ in throw Thrown() } }
        let task = Task {
            try await withSimulation(seed: 1) { simulation in
                while true { try await simulation.outside { try await Task.sleep(for: .milliseconds(1)) } }
            }
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
