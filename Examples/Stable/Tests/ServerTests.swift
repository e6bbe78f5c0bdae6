import EmbeddedEventStore
import PhotonPump
import PhotonPumpTesting
import Testing

@testable import Stable

@Suite(.timeLimit(.minutes(1))) struct ServerTests {
    @Test func tiredPonyWritesNothing() async throws {
        try await withClientInMemory { client, server in
            let ponies = Ponies(client: client)
            let jump = PonyJumped(pony: "Rarity", height: 9)
            for _ in 1...3 { try await ponies.jump(jump) }
            await #expect(throws: IsTired.self) {
                try await ponies.jump(jump)
            }
            let events = await server.events(in: "pony-Rarity")
            #expect(events.count == 3)
        }
    }

    @Test func medalIsAwardedOnce() async throws {
        try await withClientInMemory { client, server in
            let medals = Medals(client: client)
            let jump = try PonyEvent.types.newEvent(
                PonyJumped(pony: "Rarity", height: 11))
            try await medals.award(for: DeliveredEvent(jump))
            let again = DeliveredEvent(jump, retryCount: 1)
            try await medals.award(for: again)
            let events = await server.events(in: "medal-\(jump.id)")
            #expect(events.count == 1)
        }
    }
}
