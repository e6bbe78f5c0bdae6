import PhotonPump
import Synchronization

/// The steps about events as they are written.
extension Tour {
    func subscribe() async throws {
        self.guide.chapter("Follow")
        let subscription = try await self.client.subscribe(to: "ponies", from: .after(2))
        let jump = PonyJumped(pony: "Fluttershy", height: 4, distance: 6)
        try await self.client.publishEvent(to: "ponies", type: "PonyJumped", body: jump)
        var ponies: [String] = []
        for try await event in subscription.events {
            ponies.append("\(try event.decode(PonyJumped.self).pony) (event \(event.number))")
            if ponies.count == 2 { break }
        }
        self.guide.show(
            #"for try await event in subscribe(to: "ponies", from: .after(2)).events"#,
            "what was there: \(ponies[0])", "what was written then: \(ponies[1])"
        )
    }

    func compete() async throws {
        self.guide.chapter("Compete")
        var settings = PersistentSubscriptionSettings()
        settings.startFrom = .start
        try await self.client.createSubscription("herd", to: "ticks", settings: settings)
        self.guide.show(#"createSubscription("herd", to: "ticks")"#, "created")

        let shares = Mutex([0, 0])
        try await withThrowingTaskGroup(of: Void.self) { group in
            let connect = { try await self.client.connectSubscription("herd", to: "ticks", bufferSize: 100) }
            let all = [try await connect(), try await connect()]
            for (number, consumer) in all.enumerated() {
                group.addTask { @Sendable in
                    try await consumer.process(maxConcurrent: 4) { _ in
                        let handled = shares.withLock { shares in
                            shares[number] += 1
                            return shares[0] + shares[1]
                        }
                        if handled == 1000 { for consumer in all { consumer.stop() } }
                    }
                }
            }
            try await group.waitForAll()
        }
        let counts = shares.withLock { $0 }
        self.guide.show(
            "process(maxConcurrent: 4) { event in … }, twice",
            "\(counts[0]) events handled by one consumer, \(counts[1]) by the other"
        )
    }
}
