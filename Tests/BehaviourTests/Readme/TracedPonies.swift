import PhotonPump
import Tracing

// What the article on tracing shows.

struct TracedPonies {
    func connecting(_ url: String, _ tracer: any Tracer) async throws {
        try await withClient(url, tracer: tracer) { client in
            try await client.ping()
        }
    }

    func publishing(_ client: Client, _ jump: PonyJumped) async throws {
        try await withSpan("POST /jumps") { _ in
            let written = try await client.publishEvent(
                to: "ponies", type: "PonyJumped", body: jump,
                expecting: .noStream)
            print("event \(written.lastEventNumber) is written")
        }
    }

    func following(_ client: Client, _ store: some CheckpointStore<Int64>) async throws {
        try await client.follow("ponies", checkpoint: store) { event in
            let medal = try NewEvent(
                type: "MedalWon", body: ["event": event.id]
            ).caused(by: event)
            try await client.publishEvent(medal, to: "medals")
        }
    }

    func looping(_ client: Client, _ subscription: Subscription<Int64>) async throws {
        for try await event in subscription.events {
            try await client.withSpan(handling: event) {
                print(try event.decode(PonyJumped.self).height)
            }
        }
    }
}
