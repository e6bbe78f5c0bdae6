import PhotonPump

// What the articles for those who come from other clients show.

struct MigrationSnippets {
    func fromPhotonPump() async throws {
        let url = "tcp://admin:changeit@localhost"
        try await withClient(url) { client in
            try await client.publishEvent(
                to: "ponies", type: "PonyJumped", body: ["height": 9])
            for try await event in client.iter("ponies", resolveLinks: true) {
                let jump = try event.decode([String: Int].self)
                print(event.received.number, jump["height"] ?? 0)
            }
        }
    }

    func fromDotNet(_ checkpoint: Int64?) async throws {
        let client = try Client(
            "ConnectTo=tcp://admin:changeit@localhost:1113")
        let subscription = try await client.subscribe(
            to: "ponies", from: checkpoint.map { .after($0) } ?? .start)
        for try await event in subscription.events {
            print(event.received.number, event.type)
        }
    }
}
