import EmbeddedEventStore
import PhotonPump
import ScriptedPeers
import Testing

@Suite("Subscribing again and again", .timeLimit(.minutes(2)))
struct ResubscribingTests {
    @Test(
        "S39: subscribing 10,000 times leaves nothing behind, neither here nor on the server, and no memory",
        .enabled(if: Footprint.isKnown, "needs /proc")
    )
    func manyTimes() async {
        // In a process of its own, since other tests need memory, too.
        let result = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
            if TestServer.isEmbedded {
                try await withEmbeddedServer(logger: .silent) { server in
                    let configuration = try TestServer.configuration(server.connectionString)
                    try await withClient(configuration, logger: .silent) { try await Self.measure($0, server) }
                }
            } else {
                try await TestServer.withClient { try await Self.measure($0, nil) }
            }
        }
        print(String(decoding: result?.standardOutputContent ?? [], as: UTF8.self))
    }

    /// - Parameter server: nil for a real one, which does not tell what it holds.
    private static func measure(_ client: Client, _ server: EmbeddedServer?) async throws {
        let stream = TestServer.newStream()
        try await client.publish(Pony.events(1), to: stream)
        try await client.createSubscription("herd", to: stream)
        try await Self.subscribe(1_000, to: stream, client)
        let before = try Footprint()
        try await Self.subscribe(10_000, to: stream, client)
        let after = try Footprint()
        print("10,000 subscriptions: \(before) before, \(after) after")
        #expect(after.threads <= before.threads + 16, "as many as the system sees fit, but not one for each")
        #expect(after.descriptors <= before.descriptors + 4)
        #expect(after.isWithin(4096, of: before), "less than half a kilobyte for each")
        // Of the last ones, the word may still be on its way.
        for _ in 0..<100 { try await client.ping() }
        #expect(await client.leftovers == [])
        if let server { #expect(await server.leftovers == []) }
    }

    /// Subscribes in each way in turn.
    private static func subscribe(_ count: Int, to stream: String, _ client: Client) async throws {
        for round in 0..<count {
            switch round % 3 {
            case 0: _ = try await client.subscribe(to: stream)
            case 1: for try await _ in try await client.subscribe(to: stream, from: .start).events { break }
            default: try await client.connectSubscription("herd", to: stream).stop()
            }
        }
    }
}
