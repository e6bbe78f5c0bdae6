import EmbeddedEventStore
import Logging
import PhotonPump
import PhotonPumpTesting
import ServiceLifecycle
import ServiceLifecycleTestKit
import Testing

@Suite("A client as a service", .timeLimit(.minutes(1)), .enabled(if: TestServer.isEmbedded, "keeps answers back"))
struct ServiceTests {
    @Test("a client as a service closes when its group shuts down, after the calls in flight")
    func gracefully() async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            let client = try Client(server.connectionString, logger: .silent)
            let hold = try await server.faults.add(.holdReply(to: .ping))
            let call = Task { try await client.ping(options: CallOptions(timeout: .seconds(50))) }
            try await hold.waitForEffect()
            try await testGracefulShutdown { trigger in
                async let running: Void = client.run()
                trigger.triggerGracefulShutdown()
                try await hold.lift()
                await running
            }
            _ = try await call.value
            #expect(await client.status.phase == .closed)
        }
    }

    @Test("a client as a service closes at once when its task is cancelled")
    func cancelled() async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            let client = try Client(server.connectionString, logger: .silent)
            let hold = try await server.faults.add(.holdReply(to: .ping))
            let call = Task { try await client.ping(options: CallOptions(timeout: .seconds(50))) }
            try await hold.waitForEffect()
            let running = Task { await client.run() }
            running.cancel()
            await running.value
            #expect(try await failure { try await call.value }.code == .clientClosed)
            #expect(await client.status.phase == .closed)
        }
    }

    @Test("a client as a service runs in a service group with others that use it")
    func group() async throws {
        struct Worker: Service {
            let client: Client

            func run() async throws {
                try await self.client.publish(Pony.events(1), to: "ponies")
                try await gracefulShutdown()
                // The client closes after this service.
                try await self.client.publish(Pony.events(1), to: "ponies")
            }
        }
        try await withEmbeddedServer(logger: .silent) { server in
            let client = try Client(server.connectionString, logger: .silent)
            let group = ServiceGroup(services: [client, Worker(client: client)], logger: .silent)
            async let running: Void = group.run()
            let changes = await client.changes
            if await client.status.phase != .connected { for await case .connected in changes { break } }
            await group.triggerGracefulShutdown()
            try await running
            #expect(await client.status.phase == .closed)
            try await withClient(server.connectionString, logger: .silent) { client in
                let last = try await client.lastEventNumber(of: "ponies")
                #expect(last == 1)
            }
        }
    }

    @Test("S82: a client as a service connects although nobody calls, and tells when it is ready")
    func idle() async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            let log = LogBook()
            let client = try Client(server.connectionString, logger: log.logger)
            #expect(await !client.readiness.isReady)
            let group = ServiceGroup(services: [client], logger: .silent)
            async let running: Void = group.run()
            #expect(try await log.next("connected").level == .info)
            let ready = Readiness(isReady: true, description: "connected to 127.0.0.1:\(server.port)")
            #expect(await client.readiness == ready)
            await group.triggerGracefulShutdown()
            try await running
            #expect(await client.readiness == Readiness(isReady: false, description: "closed, or about to be"))
        }
    }

    @Test("S82: a client as a service that starts before its server says so once, and connects when it is there")
    func beforeTheServer() async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            let log = LogBook()
            let client = try Client(server.connectionString, logger: log.logger)
            let seen = HandledEvents()
            let follower = client.follower(of: "ponies", checkpoint: MemoryCheckpointStore()) { seen.note($0.number) }
            await server.stop()
            let group = ServiceGroup(services: [client, follower], logger: .silent)
            async let running: Void = group.run()
            try await log.lines.wait { $0.filter { $0.message == "cannot connect" }.count >= 3 }
            #expect(log.count("cannot connect", .warning) == 1)
            #expect(await "\(client.readiness)".contains("cannot connect"))
            try await server.start()
            try await log.next("connected")
            #expect(log.lines(from: .info).map(\.message) == ["cannot connect", "connected"])
            try await client.publish(Pony.events(1), to: "ponies")
            await seen.next(1)
            await group.triggerGracefulShutdown()
            try await running
        }
    }

    @Test("a client as a service has workers that tell whether they are at work", arguments: [true, false])
    func workerReadiness(isPersistent: Bool) async throws {
        func wait(for worker: Worker, toBeReady isReady: Bool) async throws -> String {
            while true {
                try Task.checkCancellation()
                let readiness = await worker.readiness
                if readiness.isReady == isReady { return "\(readiness)" }
                await Task.yield()
            }
        }
        try await withEmbeddedServer(logger: .silent) { server in
            let client = try Client(server.connectionString, logger: .silent)
            let (seen, barrier) = (HandledEvents(), Barrier())
            let handle = { @Sendable (event: ResolvedEvent) in
                seen.note(event.number)
                if event.number == 3 { await barrier.pass() }
            }
            var settings = PersistentSubscriptionSettings()
            settings.startFrom = .start
            let worker =
                isPersistent
                ? client.worker(of: "herd", to: "ponies", creatingWith: settings) { await handle($0.resolved) }
                : client.follower(of: "ponies", checkpoint: MemoryCheckpointStore<Int64>(), handler: handle)
            #expect(await "\(worker.readiness)".contains("not connected"))
            try await client.publish(Pony.events(3), to: "ponies")
            #expect(await worker.readiness == Readiness(isReady: false, description: "not running"))
            let running = Task { try await worker.run() }
            await seen.next(3)
            let words = try await wait(for: worker, toBeReady: true)
            #expect(words.hasPrefix(isPersistent ? "'herd' of 'ponies' connected" : "'ponies' live"), "\(words)")
            await server.kill()
            _ = try await wait(for: worker, toBeReady: false)
            try await server.start()
            _ = try await wait(for: worker, toBeReady: true)
            try await client.publish(Pony.events(1), to: "ponies")
            await barrier.arrival()
            if isPersistent { #expect(await "\(worker.readiness)".contains("1 events in flight")) }
            barrier.open()
            running.cancel()
            await #expect(throws: CancellationError.self) { try await running.value }
            #expect(await worker.readiness == Readiness(isReady: false, description: "not running"))
            await client.close()
        }
    }

    @Test("a client as a service goes on trying after what would end a call")
    func unknownUser() async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            let password = Observed("wrong")
            let log = LogBook()
            var configuration = try Client.Configuration(server.connectionString)
            configuration.reconnection.firstDelay = .milliseconds(1)
            configuration.reconnection.maximumDelay = .milliseconds(10)
            let client = try Client(
                configuration, credentials: { Credentials(username: "admin", password: password.value) },
                logger: log.logger)
            let changes = await client.changes
            try await testGracefulShutdown { trigger in
                async let running: Void = client.run()
                for await case .authenticationFailed in changes { break }
                #expect(await client.readiness.description.contains("not connected"))
                password.update { $0 = "changeit" }
                try await log.next("connected")
                trigger.triggerGracefulShutdown()
                await running
            }
        }
    }

    @Test(
        "workers that wait for a server end with their group",
        arguments: [Consumption.follower, .followerOfAll, .worker])
    func neverConnected(consumption: Consumption) async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            let log = LogBook()
            let client = try Client(server.connectionString, logger: log.logger)
            await server.stop()
            let consumer = Consumer(consumption: consumption, client: client) { _ in Issue.record("no event") }
            let group = ServiceGroup(services: [client, consumer], logger: .silent)
            async let running: Void = group.run()
            try await log.next("cannot connect")
            await group.triggerGracefulShutdown()
            try await running
        }
    }

    @Test("waiting for a connection outlasts failures, and ends with the last of them")
    func waiting() async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            let client = try Client(server.connectionString, logger: .silent)
            await server.stop()
            let error = try await failure { try await client.waitUntilConnected(timeout: .milliseconds(300)) }
            #expect(error.code == .connectionFailed)
            #expect("\(error)".contains("cannot connect"), "\(error)")
            let changes = await client.changes
            async let waiting = client.waitUntilConnected(timeout: .seconds(50))
            for await case .gaveUp in changes { break }
            try await server.start()
            #expect(try await waiting)
            #expect(await client.status.phase == .connected)
            try await client.waitUntilConnected(timeout: .zero)
            await client.close()
            #expect(
                try await failure { try await client.waitUntilConnected(timeout: .seconds(50)) }.code == .clientClosed)
        }
    }

    @Test("waiting for a connection ends when its task is cancelled")
    func waitingCancelled() async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            let client = try Client(server.connectionString, logger: .silent)
            await server.stop()
            let changes = await client.changes
            let waiting = Task { try await client.waitUntilConnected(timeout: .seconds(3600)) }
            for await case .gaveUp in changes { break }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
            await client.close()
        }
    }

    @Test("waiting for a connection ends when its service group shuts down")
    func waitingShutDown() async throws {
        let client = try Client(.init("tcp://127.0.0.1:1"), logger: .silent)
        let changes = await client.changes
        try await testGracefulShutdown { trigger in
            async let waiting = client.waitUntilConnected()
            for await case .gaveUp in changes { break }
            trigger.triggerGracefulShutdown()
            let isConnected = try await waiting
            #expect(!isConnected)
        }
        await client.close()
    }

    @Test("a worker creates the persistent subscription that it works for, unless it is there")
    func creatingWorker() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            var settings = PersistentSubscriptionSettings()
            settings.startFrom = .start
            for number in 0..<2 as Range<Int64> {
                try await client.publish(Pony.events(1), to: stream)
                let (handled, handler) = AsyncStream<Int64>.makeStream()
                let worker = client.worker(of: "herd", to: stream, creatingWith: settings) { handler.yield($0.number) }
                let running = Task { try await worker.run() }
                for await event in handled where event == number { break }
                running.cancel()
                _ = await running.result
            }
        }
    }

    @Test(
        "a worker creates its persistent subscription again when it is deleted, or lost with the server's data",
        arguments: Startup.Logins.allCases)
    func recreatingWorker(logins: Startup.Logins) async throws {
        try await withSimulation(seed: 5) { simulation in
            let logs = LogBook()
            try await withClientInMemory(in: simulation.network, logger: logs.logger) { client, server in
                var settings = PersistentSubscriptionSettings()
                settings.startFrom = .start
                let (handled, handler) = AsyncStream<String>.makeStream()
                let worker = client.worker(of: "herd", to: "ponies", creatingWith: settings) { handler.yield($0.type) }
                let running = simulation.task { try await worker.run() }
                var types = handled.makeAsyncIterator()
                try await client.publishEvent(to: "ponies", type: "first", body: [1])
                #expect(await types.next() == "first")

                try await client.deleteSubscription("herd", to: "ponies")
                #expect(await types.next() == "first")
                #expect(await worker.readiness.isReady)

                // A server that is away for longer than a call may take.
                try await client.deleteSubscription("herd", to: "ponies")
                await server.kill()
                try await simulation.sleep(for: .seconds(60))
                try await server.start()
                #expect(await types.next() == "first")

                try await server.restart(keepingData: false, startup: .after(.seconds(5), logins: logins))
                try await client.publishEvent(to: "ponies", type: "second", body: [2])
                #expect(await types.next() == "second")
                #expect(logs.count("subscription created again", .info) == 3)
                running.cancel()
                _ = await running.result
            }
        }
    }

    @Test("a worker creates its persistent subscription again when that is deleted")
    func workerOfDeletedSubscription() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            var settings = PersistentSubscriptionSettings()
            settings.startFrom = .start
            try await client.publish(Pony.events(1), to: stream)
            let (handled, handler) = AsyncStream<Int64>.makeStream()
            let worker = client.worker(of: "herd", to: stream, creatingWith: settings) { handler.yield($0.number) }
            let running = Task { try await worker.run() }
            var numbers = handled.makeAsyncIterator()
            #expect(await numbers.next() == 0)
            try await client.deleteSubscription("herd", to: stream)
            #expect(await numbers.next() == 0)
            running.cancel()
            _ = await running.result
        }
    }

    @Test("a worker that is to find its persistent subscription ends when that is deleted")
    func endingWorker() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            try await client.createSubscription("herd", to: stream)
            let (handled, handler) = AsyncStream<Int64>.makeStream()
            let worker = client.worker(of: "herd", to: stream) { handler.yield($0.number) }
            let running = Task { try await worker.run() }
            try await client.publish(Pony.events(1), to: stream)
            for await _ in handled { break }
            #expect(await worker.readiness.isReady)
            try await client.deleteSubscription("herd", to: stream)
            let error = await #expect(throws: PhotonPumpError.self) { try await running.value }
            // It tries once more after it was dropped.
            #expect(error?.code == .subscriptionNotFound)
        }
    }
}
