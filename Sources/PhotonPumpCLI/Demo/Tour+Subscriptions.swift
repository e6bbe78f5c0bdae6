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

        let shares = Shares()
        try await withThrowingTaskGroup(of: Void.self) { group in
            var consumers: [PersistentSubscription] = []
            for _ in 0..<2 {
                consumers.append(try await self.client.connectSubscription("herd", to: "ticks", bufferSize: 100))
            }
            let all = consumers
            for (number, consumer) in all.enumerated() {
                group.addTask {
                    try await consumer.process(maxConcurrent: 4) { _ in
                        if shares.add(to: number) == 1000 { for consumer in all { consumer.stop() } }
                    }
                }
            }
            try await group.waitForAll()
        }
        self.guide.show(
            "process(maxConcurrent: 4) { event in … }, twice",
            "\(shares.counts[0]) events handled by one consumer, \(shares.counts[1]) by the other"
        )
    }
}

/// How many events each of two consumers has handled.
private final class Shares: Sendable {
    private let state = Mutex([0, 0])

    var counts: [Int] { self.state.withLock { $0 } }

    /// - Returns: how many they have handled together.
    func add(to consumer: Int) -> Int {
        self.state.withLock { counts in
            counts[consumer] += 1
            return counts[0] + counts[1]
        }
    }
}
