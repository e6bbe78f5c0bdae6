import Foundation
import PhotonPump
import PhotonPumpWire
import Testing

@testable import EmbeddedEventStore

@Suite("The switch from history to live", .timeLimit(.minutes(10)))
struct HandOverTests {
    /// Of `PHOTONPUMP_HANDOVER_RUNS`, or 200; 1000 by `make hand-over`.
    private static let runs = ProcessInfo.processInfo.environment["PHOTONPUMP_HANDOVER_RUNS"].flatMap { Int($0) } ?? 200

    @Test(
        "S29: the switch from history to live has no gap, no repeat and no reordering while others write at full speed and connections are lost",
        .enabled(if: TestServer.isEmbedded, "cuts connections"))
    func handOver() async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            var configuration = try Client.Configuration(server.connectionString)
            configuration.operationTimeout = .seconds(50)
            // Connections that live shortly are made again at once.
            configuration.reconnection.firstDelay = .milliseconds(1)
            configuration.reconnection.maximumDelay = .milliseconds(2)
            let settings = configuration
            try await withClient(settings, logger: .silent) { writer in
                try await withClient(settings, logger: .silent) { reader in
                    for run in 0..<Self.runs { try await Self.run(UInt64(run), server, writer, reader) }
                    let losses = await server.connectionsAccepted - server.connectionCount
                    print("\(Self.runs) runs with \(losses) lost connections")
                    #expect(losses > Self.runs)
                }
            }
        }
    }

    private static func run(
        _ seed: UInt64, _ server: EmbeddedServer, _ writer: Client, _ reader: Client
    ) async throws {
        var chance = SeededGenerator(seed: seed)
        let stream = "hand-over-\(seed)"
        let count = Int64.random(in: 30...120, using: &chance)
        let before = Int64.random(in: 0...20, using: &chance)
        if before > 0 { try await writer.publish(Pony.events(Int(before)), to: stream) }
        var options = SubscriptionOptions()
        options.pageSize = .random(in: 1...30, using: &chance)
        options.maximumBufferedEvents = .random(in: 1...40, using: &chance)
        let moments = (0..<Int.random(in: 0...2, using: &chance)).map { _ in Int64.random(in: 0..<count, using: &chance)
        }

        async let writing: Void = {
            for number in before..<count { try await writer.publishEvent(Pony(name: "\(number)").event(), to: stream) }
        }()
        let subscription = try await reader.subscribe(to: stream, from: .start, options: options)
        var expected: Int64 = 0
        for try await event in subscription.events {
            try #require(event.number == expected, "run \(seed)")
            if moments.contains(expected) { await server.dropConnections(abruptly: expected % 2 == 0) }
            expected += 1
            if expected == count { break }
        }
        try await writing
    }
}
