import PhotonPump
import Testing

@Suite("Tasks on the client's queue", .timeLimit(.minutes(1)))
struct TaskExecutorTests {
    @Test("tasks on the client's queue make calls, one after another and many at once")
    func calls() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            try await withTaskExecutorPreference(client.taskExecutor) {
                for number in 0..<20 {
                    let result = try await client.publish(Pony.events(1), to: stream)
                    #expect(result.lastEventNumber == Int64(number))
                }
                try await withThrowingDiscardingTaskGroup { group in
                    for _ in 0..<3_000 {
                        group.addTask { try await client.publish(Pony.events(1), to: stream) }
                    }
                }
                #expect(try await client.lastEventNumber(of: stream) == 3_019)
                #expect(await client.load == ClientLoad())
            }
        }
    }

    @Test("tasks on the client's queue iterate, follow and consume, and are cancelled there")
    func loops() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            try await withTaskExecutorPreference(client.taskExecutor) {
                try await client.publish(Pony.events(1_200), to: stream)
                var count = 0
                for try await _ in client.iter(stream) { count += 1 }
                #expect(count == 1_200)

                let subscription = try await client.subscribe(to: stream, from: .start)
                async let writing = client.publish(Pony.events(300), to: stream)
                for try await event in subscription.events where event.number == 1_499 { break }
                _ = try await writing

                var settings = PersistentSubscriptionSettings()
                settings.startFrom = .start
                try await client.createSubscription("herd", to: stream, settings: settings)
                let herd = try await client.connectSubscription("herd", to: stream, bufferSize: 50)
                var acknowledged = 0
                for try await event in herd.events {
                    herd.ack(event)
                    acknowledged += 1
                    if acknowledged == 500 { break }
                }

                let waiting = Task(executorPreference: client.taskExecutor) {
                    for try await _ in try await client.subscribe(to: stream).events {}
                    // A cancelled loop over events throws.
                    Issue.record("the loop has ended by itself")
                }
                waiting.cancel()
                await #expect(throws: (any Error).self) { try await waiting.value }
            }
        }
    }

    @Test("tasks on the client's queue survive its end, and see calls fail after it")
    func closing() async throws {
        try await TestServer.withConfiguration { configuration in
            let client = try Client(configuration, logger: .silent)
            await withTaskExecutorPreference(client.taskExecutor) {
                await #expect(throws: Never.self) { try await client.ping() }
                await client.close(drainingFor: .seconds(5))
                await #expect(throws: PhotonPumpError.self) { try await client.ping() }
            }
        }
    }
}
