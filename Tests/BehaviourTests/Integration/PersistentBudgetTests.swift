import PhotonPump
import Testing

@Suite("The budget of a persistent subscription", .timeLimit(.minutes(1)))
struct PersistentBudgetTests {
    /// Runs `body` with a subscription `herd` to a stream of events of these sizes.
    ///
    /// - Parameter isSlow: whether the client takes little at a time, so that much waits at the server.
    private static func withHerd(
        _ sizes: [Int], isSlow: Bool = false, _ body: (Client, _ stream: String) async throws -> Void
    ) async throws {
        try await TestServer.withConfiguration { configuration in
            var configuration = configuration
            if isSlow { configuration.socket.receiveBufferSize = 8 << 10 }
            try await self.withHerd(sizes, configuration, body)
        }
    }

    private static func withHerd(
        _ sizes: [Int], _ configuration: Client.Configuration, _ body: (Client, _ stream: String) async throws -> Void
    ) async throws {
        try await PhotonPump.withClient(configuration, logger: .silent) { client in
            let stream = TestServer.newStream("budget")
            for size in sizes {
                let event = NewEvent(type: "t", data: [UInt8](repeating: 7, count: size), isJSON: false)
                try await client.publish([event], to: stream)
            }
            var settings = PersistentSubscriptionSettings()
            settings.startFrom = .start
            try await client.createSubscription("herd", to: stream, settings: settings)
            try await body(client, stream)
        }
    }

    @Test(
        "S30: persistent subscriptions hold no more large events than fit their budget, and deliver each of them once")
    func budget() async throws {
        let (budget, large, small) = (3 << 20, 1 << 20, 1 << 10)
        let sizes = [small, large, budget + 1] + Array(repeating: large, count: 5) + Array(repeating: small, count: 20)
        try await Self.withHerd(sizes) { client, stream in
            let herd = try await client.connectSubscription("herd", to: stream, bufferSize: 8, bufferBytes: budget)
            let changes = herd.changes
            var numbers: [Int64] = []
            for try await event in herd.events {
                // All that the server may push has come.
                try await client.ping()
                let status = herd.status
                #expect(status.inFlightBytes <= budget || status.inFlight == 1)
                #expect(event.data.count == sizes[Int(event.number)])
                numbers.append(event.number)
                herd.ack(event)
                if numbers.count == sizes.count { break }
            }
            #expect(numbers.sorted() == Array(0..<Int64(sizes.count)), "nothing is missing or repeated")
            var limits: [Int] = []
            for await change in changes {
                if case .limited(let limit) = change { limits.append(limit) }
                if case .interrupted(_, _, let cause) = change { Issue.record("\(cause)") }
            }
            #expect(limits.contains { $0 <= 2 }, "\(limits)")
            #expect(limits.last == 8, "the small ones lift the limit again: \(limits)")
        }
    }

    @Test("S30: persistent subscriptions get through events of which the server cannot push as many as were asked for")
    func tooMuchAtOnce() async throws {
        let sizes = Array(repeating: 4 << 20, count: 10)
        try await Self.withHerd(sizes, isSlow: true) { client, stream in
            let herd = try await client.connectSubscription("herd", to: stream, bufferSize: 10)
            var numbers: Set<Int64> = []
            for try await event in herd.events {
                try await client.ping()
                numbers.insert(event.number)
                herd.ack(event)
                if numbers.count == sizes.count { break }
            }
            #expect(herd.status.inFlightLimit < 10 || TestServer.isEmbedded == false)
        }
    }
}
