import Foundation
import PhotonPump
import ScriptedPeers
import Testing

@testable import EmbeddedEventStore

@Suite("Losing the connection again and again", .timeLimit(.minutes(2)))
struct EnduranceTests {
    @Test(
        "losing the connection 5,000 times leaves no thread, no descriptor and no memory behind",
        .enabled(if: Footprint.isKnown, "needs /proc")
    )
    func reconnects() async throws {
        // In a process of its own, since those of other tests come and go.
        let result = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
            try await Self.reconnect()
        }
        print(String(decoding: result?.standardOutputContent ?? [], as: UTF8.self))
    }

    private static func reconnect() async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            var configuration = try Client.Configuration(server.connectionString)
            configuration.operationTimeout = .seconds(50)
            configuration.reconnection.firstDelay = .microseconds(100)
            configuration.reconnection.maximumDelay = .microseconds(100)
            try await withClient(configuration, logger: .silent) { client in
                try await Self.lose(500, server, client)
                let before = try Footprint()
                try await Self.lose(5000, server, client)
                let after = try Footprint()
                print("5,000 reconnects: \(before) before, \(after) after")
                #expect(await server.connectionsAccepted == 5501)
                #expect(after.threads <= before.threads + 16, "as many as the system sees fit, but not one for each")
                #expect(after.descriptors <= before.descriptors + 4)
                #expect(after.isWithin(4096, of: before), "less than a kilobyte for each")
            }
        }
    }

    private static func lose(_ count: Int, _ server: EmbeddedServer, _ client: Client) async throws {
        for number in 0..<count {
            await server.dropConnections(abruptly: number.isMultiple(of: 2))
            try await client.ping()
        }
    }
}
