import EmbeddedEventStore
import Foundation
import Logging
import PhotonPump
import PhotonPumpTesting
import ServiceLifecycle
import Testing

@testable import Stable

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

@Suite(.timeLimit(.minutes(1))) struct ServiceTests {
    @Test func jumpIsSeenByEverybody() async throws {
        var configuration = EmbeddedServer.Configuration()
        configuration.runsSystemProjections = true
        let network = MemoryNetwork()
        try await withEmbeddedServer(
            configuration, in: network
        ) { server in
            let client = try Client(
                .init(server.connectionString), in: network)
            let (ports, port) = AsyncStream<Int>.makeStream()
            let group = ServiceGroup(
                services: services(client, port: 0) { port.yield($0) },
                logger: Logger(label: "test"))
            async let running: Void = group.run()
            let web = try #require(await ports.first { _ in true })

            #expect(try await post(11, for: "Rarity", to: web) == 201)
            let medals = try await client.subscribe(
                to: StreamName.category("medal"), from: .start)
            _ = try await medals.events.first { _ in true }
            while try await herd(web).isEmpty {}
            #expect(try await herd(web) == ["Rarity": 11])

            #expect(try await post(3, for: "Rarity", to: web) == 201)
            #expect(try await post(3, for: "Rarity", to: web) == 201)
            #expect(try await post(3, for: "Rarity", to: web) == 409)
            await group.triggerGracefulShutdown()
            try await running
        }
    }

    private func post(
        _ height: Int, for pony: String, to port: Int
    ) async throws -> Int? {
        let url = "http://127.0.0.1:\(port)/ponies/\(pony)/jumps"
        var request = URLRequest(url: try #require(URL(string: url)))
        request.httpMethod = "POST"
        request.httpBody = Data(#"{"height":\#(height)}"#.utf8)
        let session = URLSession.shared
        let (_, response) = try await session.data(for: request)
        return (response as? HTTPURLResponse)?.statusCode
    }

    private func herd(_ port: Int) async throws -> [String: Int] {
        let url = try #require(
            URL(string: "http://127.0.0.1:\(port)/ponies"))
        let (data, _) = try await URLSession.shared.data(from: url)
        return try JSONDecoder().decode(Herd.self, from: data).records
    }
}
