import EmbeddedEventStore
import Logging
import PhotonPump
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
}
